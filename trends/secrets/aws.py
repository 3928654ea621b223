"""AWS Secrets Manager."""

import json
import threading
from typing import Any, cast

from trends.errors import SecretError
from trends.secrets.reference import Reference
from trends.secrets.stores import TIMEOUT_SECONDS, StoreDownError, member_of, no_secret

# What Amazon answers for good; anything else may pass.
_FINAL = {
    "AccessDeniedException": "AWS does not let this process read it",
    "DecryptionFailure": "AWS does not let this process use the key that it is encrypted with",
    "ExpiredTokenException": "The AWS credentials have expired",
    "IncompleteSignature": "The AWS credentials do not hold",
    "InvalidParameterException": "AWS takes no such name",
    "InvalidRequestException": "It is marked for deletion, or cannot be read as it stands",
    "InvalidSignatureException": "The AWS credentials do not hold",
    "ResourceNotFoundException": "AWS has none of this name there",
    "UnrecognizedClientException": "The AWS credentials do not hold",
    "ValidationException": "AWS takes no such name",
}


class AwsStore:
    """The secrets of one account and region; credentials are found as every AWS program finds them.

    Args:
        region: Such as `ap-northeast-2`; empty: as the environment says.
        endpoint_url: Address of the service where it is not the usual one; empty: it is.
    """

    def __init__(self, region: str, endpoint_url: str) -> None:
        self._region = region
        self._endpoint_url = endpoint_url
        self._made: Any | None = None
        self._making = threading.Lock()

    def read(self, reference: Reference) -> str:
        """Read the current version of a secret.

        Raises:
            SecretError: It is not there, or the credentials do not open it.
            StoreDownError: The service does not answer, or is too busy.
        """
        try:
            from botocore.exceptions import (
                BotoCoreError,
                ClientError,
                NoCredentialsError,
                NoRegionError,
            )
        except ImportError:
            raise _not_installed(reference) from None
        try:
            answer = cast(
                "dict[str, Any]", self._client().get_secret_value(SecretId=reference.name)
            )
        except ClientError as error:
            raise _refused(reference, cast("dict[str, Any]", error.response)) from None
        except NoCredentialsError:
            raise no_secret(reference, "There are no AWS credentials") from None
        except NoRegionError:
            raise no_secret(reference, "secrets.aws_region says nothing") from None
        except (BotoCoreError, ValueError) as error:
            why = f"AWS Secrets Manager does not answer ({type(error).__name__})"
            raise StoreDownError(why) from None
        return _value(reference, answer)

    def _client(self) -> Any:
        # Making one reads a large description of the service; it may then be shared by threads.
        with self._making:
            if self._made is None:
                from boto3.session import Session
                from botocore.config import Config

                session = cast("Any", Session)(region_name=self._region or None)
                self._made = session.client(
                    "secretsmanager",
                    endpoint_url=self._endpoint_url or None,
                    config=Config(
                        connect_timeout=TIMEOUT_SECONDS,
                        read_timeout=TIMEOUT_SECONDS,
                        retries={"total_max_attempts": 1},
                    ),
                )
            return self._made


def _refused(reference: Reference, answer: dict[str, Any]) -> SecretError | StoreDownError:
    code = str(answer.get("Error", {}).get("Code", ""))
    if code in _FINAL:
        return no_secret(reference, _FINAL[code])
    return StoreDownError(f"AWS Secrets Manager cannot answer ({code[:80]})")


def _value(reference: Reference, answer: dict[str, Any]) -> str:
    text = answer.get("SecretString")
    if text is None:
        try:
            text = bytes(answer.get("SecretBinary") or b"").decode("utf-8")
        except UnicodeDecodeError:
            raise no_secret(reference, "It is not UTF-8 text") from None
    if not reference.key:
        return str(text)
    try:
        members = json.loads(text)
    except ValueError:
        members = None
    if not isinstance(members, dict):
        raise no_secret(
            reference, f"It is no JSON object that could have a member '{reference.key}'"
        )
    return member_of(reference, cast("dict[str, object]", members))


def _not_installed(reference: Reference) -> SecretError:
    return SecretError(
        f"The secret {reference.text} cannot be read.",
        why="The package boto3 is not installed.",
        next_step="pip install 'consumer-trend-agent[aws]'",
    )
