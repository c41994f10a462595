// openai-agents for JavaScript: it runs the tool, and asks for the answer, by itself.
import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import { z } from 'zod';

const told = [];
const getWeather = tool({
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => {
    told.push(`get_weather(${city})`);
    return '{"sky":"clear"}';
  },
});
const agent = new RealtimeAgent({ name: 'Ada', instructions: 'Be brief.', tools: [getWeather] });
const config = { outputModalities: ['text'] };
const options = { transport: 'websocket', model: 'gpt-realtime', config };
const session = new RealtimeSession(agent, options);
session.on('error', ({ error }) => {
  console.error(error);
  process.exit(1);
});
session.on('agent_end', (context, ended, answer) => {
  if (answer) {
    console.log(JSON.stringify([...told, answer]));
    session.close();
  }
});
const url = process.env.OPENAI_BASE_URL.replace('http', 'ws') + '/realtime?model=gpt-realtime';
await session.connect({ apiKey: process.env.OPENAI_API_KEY, url });
session.sendMessage('What is the weather in Paris?');
