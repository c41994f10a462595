// openai-node as its documentation shows it; it makes wss:// of every base URL.
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { hold } from './openai_hold.mjs';

hold(new OpenAIRealtimeWS({ model: 'gpt-realtime' }, new OpenAI()));
