// openai-node on the runtime's own WebSocket, as in a browser: the key is a subprotocol.
import OpenAI from 'openai';
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';
import { hold } from './openai_hold.mjs';

hold(new OpenAIRealtimeWebSocket({ model: 'gpt-realtime' }, new OpenAI()));
