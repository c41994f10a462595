// The conversation that the apps of this folder hold, and the page in the browser too:
// a question, a function call, its output, and the answer.

export const getWeather = {
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

export class Conversation {
  // What came of it: the call, and the answer.
  told = [];

  // `send` takes an event for the server; `end` is called with `told` when the answer is complete.
  constructor(send, end) {
    this.send = send;
    this.end = end;
  }

  begin() {
    const session = { type: 'realtime', output_modalities: ['text'], tools: [getWeather] };
    this.send({ type: 'session.update', session });
    this.send({ type: 'conversation.item.create', item: question });
    this.send({ type: 'response.create' });
  }

  hear(event) {
    if (event.type === 'error') {
      throw new Error(event.error.message);
    } else if (event.type === 'response.function_call_arguments.done') {
      this.told.push(`${event.name}(${event.arguments})`);
      this.answer(event.call_id);
    } else if (event.type === 'response.output_text.done') {
      this.told.push(event.text);
    } else if (event.type === 'response.done') {
      this.goOn();
    }
  }

  answer(callId) {
    const item = { type: 'function_call_output', call_id: callId, output: '{"sky":"clear"}' };
    this.send({ type: 'conversation.item.create', item });
  }

  // Not before `response.done`: until then the calling response is active.
  goOn() {
    if (this.told.length === 2) {
      this.end(this.told);
    } else {
      this.send({ type: 'response.create' });
    }
  }
}
