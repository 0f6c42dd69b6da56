/** What channels are called on the pages. */

const NAMES = {
  alexa: "Alexa",
  console: "Console",
  desk: "Desk",
  dialogflow: "Dialogflow",
  email: "E-mail",
  rest: "REST",
  slack: "Slack",
  sms: "Text message",
  socketio: "Socket.IO",
  voice: "Voice",
  webchat: "Website",
  webhook: "Webhook",
  whatsapp: "WhatsApp",
};
export const channelName = (channel) => NAMES[channel] ?? channel;
