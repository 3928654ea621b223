"""Google's models through the Gemini API. Extra: `google`."""

from typing import TYPE_CHECKING

from trends.llm.chat import Parameters, StructuredChat
from trends.llm.keys import read_key
from trends.llm.wire import client_options
from trends.settings_calls import ProviderSettings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

BASE_URL = "https://generativelanguage.googleapis.com"


def make_google(settings: ProviderSettings, key: str | None, base_url: str) -> StructuredChat:
    """Make the provider.

    Args:
        settings: Its section of `llm.providers`.
        key: As resolved.
        base_url: As resolved; the usual one where empty.

    Raises:
        ModelKeyError: There is no key, or it cannot be one.
    """
    del settings
    secret = read_key("google", key)

    def open_client(parameters: Parameters) -> "BaseChatModel":
        import httpx2
        from google.genai import Client
        from google.genai.types import HttpOptions
        from langchain_google_genai import ChatGoogleGenerativeAI
        from pydantic import SecretStr

        client = ChatGoogleGenerativeAI(
            model=parameters.model,
            api_key=SecretStr(secret),
            vertexai=False,
            temperature=parameters.temperature,
            timeout=parameters.timeout_seconds,
            max_retries=0,
            disable_streaming=True,
        )
        # It takes no HTTP client; nor would it use ours where aiohttp happens to be installed.
        client.client = Client(
            vertexai=False,
            api_key=secret,
            http_options=HttpOptions(
                base_url=base_url or BASE_URL,
                httpx_async_client=httpx2.AsyncClient(**client_options(httpx2)),
            ),
        )
        return client

    return StructuredChat(
        "google", open_client=open_client, longest="max_output_tokens", key=secret
    )
