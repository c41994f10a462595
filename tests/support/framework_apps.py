"""Voice apps in the big frameworks, which bring so much along that few environments have them.

A test that runs one is skipped where its framework is not installed.
"""

# Nor does mypy find it there.
# mypy: disable-error-code="import-not-found"

import asyncio
from typing import Any

import pytest
from real_apps import KEY, QUESTION, App


async def ask_with_livekit(url: str) -> list[str]:
    """An agent of livekit-agents, without a room: it names its items, and its responses in `metadata`."""
    pytest.importorskip("livekit.plugins.openai", reason="livekit-plugins-openai is not installed")
    from livekit.agents import Agent, AgentSession, function_tool
    from livekit.plugins import openai

    told = []

    async def get_weather(city: str) -> str:
        """The weather of a city."""
        told.append(f"get_weather({city})")
        return "sunny"

    agent: Any = Agent(instructions="Be brief.", tools=[function_tool(get_weather)])
    model = openai.realtime.RealtimeModel(base_url=url, api_key=KEY, modalities=["text"])
    async with AgentSession[None](llm=model) as session:
        await session.start(agent, record=False)
        result: Any = session.run(user_input=QUESTION)
        await result
        told.append(result.events[-1].item.text_content)
    await model.aclose()
    return told


async def ask_with_pipecat(url: str) -> list[str]:
    """A pipeline of pipecat: it names its items and events, and answers calls early."""
    pytest.importorskip("pipecat.services.openai.realtime.llm", reason="pipecat is not installed")
    from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
    from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
    from pipecat.frames.frames import EndFrame, LLMFullResponseEndFrame, LLMRunFrame, LLMTextFrame
    from pipecat.pipeline.pipeline import Pipeline
    from pipecat.pipeline.worker import PipelineWorker
    from pipecat.processors.aggregators.llm_context import LLMContext
    from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
    from pipecat.processors.frame_processor import FrameProcessor
    from pipecat.services.openai.realtime import events
    from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
    from pipecat.workers.runner import WorkerRunner

    told: list[str] = []

    class Ears(FrameProcessor):  # type: ignore[misc] # without the package its base is unknown
        """Ends the pipeline when the answer was heard."""

        async def process_frame(self, frame: Any, direction: Any) -> None:
            await super().process_frame(frame, direction)
            await self.push_frame(frame, direction)
            if isinstance(frame, LLMTextFrame):
                told.append(frame.text)
            elif isinstance(frame, LLMFullResponseEndFrame) and len(told) > 1:
                await worker.queue_frame(EndFrame())

    async def get_weather(params: Any) -> None:
        told.append(f"get_weather({params.arguments})")
        await params.result_callback({"sky": "clear"})

    properties = events.SessionProperties(output_modalities=["text"])
    model = OpenAIRealtimeLLMService(
        api_key=KEY,
        base_url=f"{url.replace('http', 'ws', 1)}/realtime",
        settings=OpenAIRealtimeLLMService.Settings(
            model="gpt-realtime", session_properties=properties
        ),
    )
    model.register_function("get_weather", get_weather)
    tool = FunctionSchema("get_weather", "The weather", {"city": {"type": "string"}}, ["city"])
    tools = ToolsSchema(standard_tools=[tool])
    pair = LLMContextAggregatorPair(LLMContext([{"role": "user", "content": QUESTION}], tools))
    pipeline = Pipeline([pair.user(), model, Ears(), pair.assistant()])
    worker = PipelineWorker(pipeline, cancel_on_idle_timeout=False)
    await worker.queue_frame(LLMRunFrame())
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await asyncio.wait_for(runner.run(), 20)
    return told


FRAMEWORK_APPS: tuple[App, ...] = (ask_with_livekit, ask_with_pipecat)
