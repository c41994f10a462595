// openai-node for Azure: it reads AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY.
import { AzureOpenAI } from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { hold } from './openai_hold.mjs';

const client = new AzureOpenAI({ apiVersion: '2025-04-01-preview', deployment: 'my-deployment' });
hold(await OpenAIRealtimeWS.azure(client));
