// openai-node as its documentation shows it: a function call, its output, the answer.
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';

const getWeather = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const question = {
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text: 'What is the weather in Paris?' }],
};

const connection = new OpenAIRealtimeWS({ model: 'gpt-realtime' }, new OpenAI());
connection.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
connection.socket.on('open', () => {
  const session = { type: 'realtime', output_modalities: ['text'], tools: [getWeather] };
  connection.send({ type: 'session.update', session });
  connection.send({ type: 'conversation.item.create', item: question });
  connection.send({ type: 'response.create' });
});
connection.on('response.done', ({ response }) => {
  const [item] = response.output;
  if (item.type === 'message') {
    console.log('answered');
    connection.close();
    return;
  }
  const output = { type: 'function_call_output', call_id: item.call_id, output: '{"sky":"clear"}' };
  connection.send({ type: 'conversation.item.create', item: output });
  connection.send({ type: 'response.create' });
});
