"""OpenAI's models at Azure, where a model goes by the name of its deployment."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trends.errors import SettingsError
from trends.llm.chat import Parameters, StructuredChat, without_temperature
from trends.llm.keys import read_key
from trends.llm.openai import bind_strictly, openai_options
from trends.llm.wire import client_options
from trends.settings_calls import ProviderSettings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_NOT_SENT = ("authorization", "openai-organization", "openai-project")


def make_azure_openai(settings: ProviderSettings, key: str | None, base_url: str) -> StructuredChat:
    """Make the provider.

    Args:
        settings: Its section of `llm.providers`.
        key: As resolved.
        base_url: The resource's endpoint, as resolved.

    Raises:
        ModelKeyError: There is no key, or it cannot be one.
        SettingsError: The endpoint or the version is missing.
    """
    secret = read_key("azure_openai", key)
    for name, value in (("base_url", base_url), ("api_version", settings.api_version)):
        if not value:
            raise SettingsError(
                f"The model provider 'azure_openai' has no {name}.",
                next_step=f"Set llm.providers.azure_openai.{name}.",
            )

    def open_client(parameters: Parameters) -> "BaseChatModel":
        import httpx2
        from langchain_openai import AzureChatOpenAI

        # With a token in the environment the client library sends that one, and not the key.
        http = httpx2.AsyncClient(
            headers={"api-key": secret}, **client_options(httpx2, without=_NOT_SENT)
        )
        client = AzureChatOpenAI(
            model=parameters.model,
            azure_endpoint=base_url,
            azure_deployment=deployment_of(parameters.model, settings.deployments),
            api_version=settings.api_version,
            http_async_client=http,
            **openai_options(parameters, secret),
        )
        return without_temperature(client)

    return StructuredChat("azure_openai", open_client=open_client, bind=bind_strictly, key=secret)


def deployment_of(model: str, deployments: Mapping[str, str]) -> str:
    """Give the deployment of a model; a name that is a deployment's, or that nobody deployed, is itself."""
    if model in deployments:
        return model
    return min((name for name, deployed in deployments.items() if deployed == model), default=model)
