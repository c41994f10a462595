// openai-agents for JavaScript: the agent calls its tool by itself.
import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';

const getWeather = tool({
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
  execute: async () => '{"sky": "clear"}',
});
const agent = new RealtimeAgent({ name: 'Ada', instructions: 'Be brief.', tools: [getWeather] });
const session = new RealtimeSession(agent, { transport: 'websocket', model: 'gpt-realtime' });
const url = process.env.OPENAI_BASE_URL.replace('http', 'ws') + '/realtime?model=gpt-realtime';
session.on('error', (error) => {
  console.error(error);
  process.exit(1);
});
await session.connect({ apiKey: process.env.OPENAI_API_KEY, url });
session.transport.on('*', (event) => {
  if (event.type === 'response.done' && event.response.output[0]?.type === 'message') {
    console.log('answered');
    session.close();
  }
});
session.sendMessage('What is the weather in Paris?');
