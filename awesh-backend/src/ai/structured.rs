//! One question whose answer has a schema, in the form of each API: chat completions take the schema as the format of
//! the response, messages as that of a tool that must be called. What a server does not take, the instructions say in
//! words.

use awesh_protocol::Api;
use serde_json::{Value, json};

use super::worded::Form;
use super::{Asked, Client, Whole, chat, messages};
use crate::conversation::{Conversation, Exchange};

/// The name of an answer, which the APIs want it to have.
const NAME: &str = "answer";

impl Client {
    /// The question put for this server's API, with the schema where the server takes one.
    pub(crate) fn put_once(&self, instructions: &str, exchange: &Exchange, schema: &Value) -> Asked {
        let (provider, model, earlier) =
            (self.endpoint.provider, self.endpoint.model(), Conversation::default());
        let takes_schema = self.takes_schema();
        let body = match provider.api {
            Api::Chat => {
                let body = chat::request::body(provider, model, instructions, &[], &earlier, exchange);
                if takes_schema { as_format(body, schema) } else { body }
            }
            Api::Messages => {
                let body = messages::request::body(model, instructions, &[], &earlier, exchange);
                if takes_schema { as_tool(body, schema) } else { body }
            }
        };
        Asked { body, form: Form::Native, tools: Vec::new() }
    }
}

/// The answer, in whichever way it came.
pub(crate) fn answer(whole: &Whole) -> String {
    let called = whole.turn.calls.iter().find(|call| call.name == NAME);
    called.map_or_else(|| whole.turn.text.clone(), |call| call.arguments.clone())
}

fn as_format(mut body: Value, schema: &Value) -> Value {
    let schema = json!({"name": NAME, "strict": true, "schema": schema});
    body["response_format"] = json!({"type": "json_schema", "json_schema": schema});
    body
}

fn as_tool(mut body: Value, schema: &Value) -> Value {
    body["tools"] = json!([{"name": NAME, "description": "Gives the answer.", "input_schema": schema}]);
    body["tool_choice"] = json!({"type": "tool", "name": NAME});
    body
}

#[cfg(test)]
mod tests {
    use awesh_protocol::{Secret, Settings};

    use super::*;
    use crate::ai::endpoint::Endpoint;
    use crate::config::Patience;

    fn client(provider: &str) -> Client {
        let api_key = Some(Secret::new("k"));
        let settings = Settings { provider: Some(provider.into()), api_key, ..Settings::default() };
        Client::new(Endpoint::of(&settings).unwrap(), Patience::default())
    }

    #[test]
    fn the_schema_goes_in_the_form_of_the_api_until_it_is_refused() {
        let schema = json!({"type": "object"});
        let mut exchange = Exchange::default();
        exchange.ask("q".into()).unwrap();
        exchange.object("a".into(), "no".into()).unwrap();
        let openai = client("openai");
        let body = openai.put_once("i", &exchange, &schema).body;
        assert_eq!(body["response_format"]["json_schema"]["schema"], schema);
        assert_eq!(body["messages"].as_array().unwrap().len(), 4);
        assert!(openai.put_schema_aside() && !openai.put_schema_aside());
        assert_eq!(openai.put_once("i", &exchange, &schema).body.get("response_format"), None);
        let body = client("anthropic").put_once("i", &exchange, &schema).body;
        assert_eq!(
            (&body["tool_choice"]["name"], &body["tools"][0]["input_schema"]),
            (&json!(NAME), &schema)
        );
        let plain = client("perplexity");
        assert!(plain.put_once("i", &exchange, &schema).body.get("tools").is_none());
    }
}
