"""The lines to paste into an app, so that its client library talks to realtap."""

from dataclasses import dataclass

NO_PROXY = "NO_PROXY=127.0.0.1,localhost"
"""websockets 15 and newer send even ws:// to loopback through HTTPS_PROXY, unless this is set."""

CA_FILE = "~/.mitmproxy/mitmproxy-ca-cert.pem"
"""Where mitmproxy keeps the certificate of its authority, unless `--confdir` names another folder."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """How one client is pointed at realtap."""

    client: str
    """The library, from which version on, and what else is needed."""
    line: str
    """What to paste: a shell assignment or a piece of code."""


def pointers(host: str, port: int) -> tuple[Pointer, ...]:
    """The lines for a proxy that listens on this address."""
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    realtime = f"ws://{place}/v1/realtime?model=gpt-realtime"
    return (
        Pointer(
            "in the environment: openai-python 2.27 or newer, LiveKit",
            f"OPENAI_BASE_URL=http://{place}/v1",
        ),
        Pointer(
            "openai-python, all versions; OpenAI too",
            f'AsyncOpenAI(websocket_base_url="ws://{place}/v1")',
        ),
        Pointer(
            "openai-agents, Python; it does not read OPENAI_BASE_URL",
            f'await runner.run(model_config={{"url": "{realtime}"}})',
        ),
        Pointer(
            "openai-node, in the environment; it insists on TLS: run realtap ca once",
            f"OPENAI_BASE_URL=https://{place}/v1 NODE_EXTRA_CA_CERTS={CA_FILE}",
        ),
        Pointer(
            "openai-agents, JavaScript",
            f"await session.connect({{ apiKey, url: '{realtime}' }})",
        ),
        Pointer("pipecat", f'OpenAIRealtimeLLMService(base_url="ws://{place}/v1/realtime", …)'),
        Pointer("LiveKit", f'openai.realtime.RealtimeModel(base_url="http://{place}/v1")'),
        Pointer(
            "Azure's rtclient, with --upstream azure:RESOURCE",
            f'RTLowLevelClient(url="ws://{place}", key_credential=…, azure_deployment=…)',
        ),
        Pointer(
            "Azure's openai-python, with --upstream azure:RESOURCE",
            f'AsyncAzureOpenAI(websocket_base_url="ws://{place}/openai", …)',
        ),
        Pointer(
            "Azure's voicelive, with --upstream wss://RESOURCE.services.ai.azure.com",
            f'connect(endpoint="http://{place}", …)',
        ),
        Pointer(
            "a browser",
            f"new WebSocket('{realtime}', ['realtime', 'openai-insecure-api-key.' + key])",
        ),
    )
