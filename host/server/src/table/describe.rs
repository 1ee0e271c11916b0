//! How bodies of rows are described: the JSON body is, and the others follow from it.

use super::query::BODY;
use utoipa::Modify;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, Object, SchemaFormat, Type};
use utoipa::openapi::{Content, ContentBuilder, ObjectBuilder, OpenApi, RefOr, Required, Schema};

/// Operations whose body is rows, and what their JSON body is called.
const OPERATIONS: [(&str, &str); 4] = [
    ("/api/v1/detect", "DetectBody"),
    ("/api/v1/models", "FitBody"),
    ("/api/v1/models/{id}/score", "ScoreBody"),
    ("/api/v1/detections/{id}/replay", "ReplayBody"),
];

/// Adds the other media types, and the query that goes with them.
pub(crate) struct TableBodies;

impl Modify for TableBodies {
    fn modify(&self, api: &mut OpenApi) {
        for (path, name) in OPERATIONS {
            let fields = api.components.as_ref().and_then(|all| all.schemas.get(name));
            let Some(RefOr::T(Schema::Object(fields))) = fields else { continue };
            let parameters = parameters(fields);
            let item = api.paths.paths.get_mut(path);
            if let Some(operation) = item.and_then(|item| item.post.as_mut()) {
                add_media_types(operation);
                operation
                    .parameters
                    .get_or_insert_default()
                    .extend(parameters.into_iter().map(RefOr::T));
            }
        }
    }
}

/// A parameter of the query for each field that is not the body itself.
fn parameters(fields: &Object) -> Vec<Parameter> {
    let fields = fields.properties.iter().filter(|(name, _)| !BODY.contains(&name.as_str()));
    let parameter = |(name, schema): (&String, &RefOr<Schema>)| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some("The field of the JSON body, beside a body that is a table."))
            .schema(Some(schema.clone()))
            .build()
    };
    fields.map(parameter).collect()
}

fn add_media_types(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    let csv = "temperature,pressure\n20.1,1.0\n20.3,1.1\n95.0,0.2\n";
    let ndjson =
        "{\"temperature\": 20.1, \"pressure\": 1.0}\n{\"temperature\": 95.0, \"pressure\": null}\n";
    let arrow = "A stream in the Arrow IPC format, uncompressed.";
    body.content.insert("text/csv".into(), text(csv));
    body.content.insert("application/x-ndjson".into(), text(ndjson));
    body.content.insert("application/vnd.apache.arrow.stream".into(), bytes(arrow));
}

fn text(example: &str) -> RefOr<Content> {
    let schema = ObjectBuilder::new().schema_type(Type::String).examples([example]);
    RefOr::T(ContentBuilder::new().schema(Some(schema)).build())
}

fn bytes(example: &str) -> RefOr<Content> {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .examples([example]);
    RefOr::T(ContentBuilder::new().schema(Some(schema)).build())
}
