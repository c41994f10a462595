// openai-node without TLS: the one option that it leaves for that.
import net from 'node:net';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { hold } from './openai_hold.mjs';

const port = new URL(process.env.OPENAI_BASE_URL).port;
const options = { createConnection: () => net.connect(port, '127.0.0.1') };
hold(new OpenAIRealtimeWS({ model: 'gpt-realtime', options }, new OpenAI()));
