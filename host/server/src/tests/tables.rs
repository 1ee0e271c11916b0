//! Rows as CSV, NDJSON and Arrow: the same numbers are the same detection, and whatever else is
//! sent is refused with its place.

use super::{Answer, TestApp};
use crate::limits::Limits;
use arrow_array::types::Int8Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float32Array, Float64Array, Int64Array, NullArray,
    RecordBatch, StringArray, UInt8Array,
};
use arrow_ipc::writer::StreamWriter;
use axum::body::Body;
use axum::http::{Request, header};
use pynomaly_store::Role;
use serde_json::{Value, json};
use std::sync::Arc;

const DETECT: &str = "/api/v1/detect";
const MODELS: &str = "/api/v1/models";
const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";
const ARROW: &str = "application/vnd.apache.arrow.stream";

impl TestApp {
    async fn send_table(
        &self,
        path: &str,
        token: &str,
        media_type: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, media_type)
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.call(request.body(body.into()).unwrap()).await
    }
}

/// 60 rows of two columns, the last far out, and a hole.
fn rows() -> Vec<[Option<f64>; 2]> {
    let row = |at: u32| [Some(f64::from(at * at % 31) / 3.0), Some(f64::from(at * 7 % 13) - 0.1)];
    let mut rows: Vec<_> = (0..60).map(row).collect();
    rows[59][1] = Some(1e10);
    rows[7][0] = None;
    rows
}

fn csv() -> String {
    let cell = |value: Option<f64>| value.map(|it| it.to_string()).unwrap_or_default();
    let line = |row: &[Option<f64>; 2]| format!("{},{}\r\n", cell(row[0]), cell(row[1]));
    format!("size,age\r\n{}", rows().iter().map(line).collect::<String>())
}

fn ndjson() -> String {
    let cell = |value: Option<f64>| json!(value).to_string();
    let line = |row: &[Option<f64>; 2]| {
        format!("{{\"size\": {}, \"age\": {}}}\n", cell(row[0]), cell(row[1]))
    };
    rows().iter().map(line).collect()
}

fn arrow(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    arrow_batches(&[RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, true)),
    )
    .unwrap()])
}

fn arrow_batches(batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batches[0].schema()).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap();
    writer.into_inner().unwrap()
}

fn arrow_rows() -> Vec<u8> {
    let column = |at: usize| -> ArrayRef {
        Arc::new(rows().iter().map(|row| row[at]).collect::<Float64Array>())
    };
    arrow(vec![("size", column(0)), ("age", column(1))])
}

/// 40 rows of a colour, a size with a hole, and a constant; the last is of a colour of its own.
fn colours() -> Vec<(Option<&'static str>, Option<f64>, i64)> {
    let row = |at: i64| {
        let colour = if at == 39 { "green" } else { ["red", "blue"][usize::from(at % 2 == 1)] };
        let size = (at != 5).then_some(f64::from(i16::try_from(at * at % 17).unwrap()));
        (Some(colour).filter(|_| at != 8), size, 7)
    };
    (0..40).map(row).collect()
}

fn colours_csv() -> String {
    let lines = colours().into_iter().map(|(colour, size, constant)| {
        let size = size.map(|it| it.to_string()).unwrap_or_default();
        format!("{},{size},{constant}\n", colour.unwrap_or_default())
    });
    format!("colour,size,constant\n{}", lines.collect::<String>())
}

fn colours_ndjson() -> String {
    let line = |(colour, size, constant)| {
        format!("{}\n", json!({"size": size, "colour": colour, "constant": constant}))
    };
    // The order of the keys is that of the first line.
    let first = "{\"colour\":\"red\",\"size\":0.0,\"constant\":7}\n".to_owned();
    first + &colours().into_iter().skip(1).map(line).collect::<String>()
}

fn colours_arrow() -> Vec<u8> {
    let all = colours();
    let colour: DictionaryArray<Int8Type> = all.iter().map(|row| row.0).collect();
    let size: Float32Array = all.iter().map(|row| row.1.map(|it| it as f32)).collect();
    let constant: Int64Array = all.iter().map(|row| Some(row.2)).collect();
    arrow(vec![
        ("colour", Arc::new(colour)),
        ("size", Arc::new(size)),
        ("constant", Arc::new(constant)),
    ])
}

const ASKED: &str = "seed=7&missing=impute_median&scaling=robust&explain=true&keep_data=true\
                     &parameters=%7B%22n_estimators%22%3A50%7D&suppress=%7B%22absolute%22%3A0.1%7D";

#[tokio::test]
async fn every_format_of_the_same_numbers_is_the_same_detection() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let body = json!({"data": rows(), "columns": ["size", "age"], "seed": 7, "explain": true,
                      "missing": "impute_median", "scaling": "robust", "keep_data": true,
                      "parameters": {"n_estimators": 50}, "suppress": {"absolute": 0.1}});
    let expected = test.detect(&token, &body).await;
    assert_eq!(expected.json["pipeline"]["columns"], json!(["size", "age"]), "{expected:?}");
    let path = format!("{DETECT}?{ASKED}");
    for answer in [
        test.send_table(&path, &token, CSV, csv()).await,
        test.send_table(&path, &token, "text/csv; header=present", csv()).await,
        test.send_table(&path, &token, NDJSON, ndjson()).await,
        test.send_table(&path, &token, ARROW, arrow_rows()).await,
    ] {
        assert_eq!(answer.status, 200, "{answer:?}");
        for field in ["data_digest", "results", "threshold", "pipeline", "parameters", "summary"] {
            assert_eq!(answer.json[field], expected.json[field], "{field}");
        }
        let again = format!("/api/v1/detections/{}/replay", answer.string("/detection_id"));
        let again = test.post(&again, &token, &json!({})).await;
        assert_eq!(again.json["is_identical"], true, "{again:?}");
    }
}

#[tokio::test]
async fn nameless_rows_are_rows_too() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let data = json!([[1, 2], [3, 4], [5, 6.5]]);
    let expected = test.detect(&token, &json!({"data": data, "seed": 7})).await;
    let path = format!("{DETECT}?seed=7");
    for (media_type, body) in
        [("text/csv; header=absent", "1,2\n3,4\n5,6.5\n"), (NDJSON, "[1,2]\n[3,4]\n[5,6.5]")]
    {
        let answer = test.send_table(&path, &token, media_type, body).await;
        assert_eq!(answer.json["results"], expected.json["results"], "{answer:?}");
        assert_eq!(answer.json["pipeline"], expected.json["pipeline"]);
    }
}

#[tokio::test]
async fn models_know_their_columns_by_name_and_order() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let path = format!("{MODELS}?name=7&seed=7&missing=impute_median");
    let model = test.send_table(&path, &token, CSV, csv()).await;
    assert_eq!(model.json["name"], "7", "{model:?}");
    assert_eq!(model.json["pipeline"]["columns"], json!(["size", "age"]));
    let score = format!("{MODELS}/{}/score", model.string("/model_id"));
    let explained = format!("{score}?explain=true");
    let expected = test.send_table(&explained, &token, CSV, csv()).await;
    assert_eq!(expected.json["pipeline"]["columns"], json!(["size", "age"]), "{expected:?}");
    assert_eq!(expected.json["results"][0]["contributions"].as_array().unwrap().len(), 2);
    for _ in 0..2 {
        for answer in [
            test.send_table(&explained, &token, NDJSON, ndjson()).await,
            test.send_table(&explained, &token, ARROW, arrow_rows()).await,
            test.post(&score, &token, &json!({"data": rows(), "explain": true})).await,
        ] {
            assert_eq!(answer.json["results"], expected.json["results"], "{answer:?}");
        }
        // Out of the database, not out of memory.
        test.app.models.forget(model.string("/model_id").parse().unwrap());
    }
    let swapped = test.send_table(&score, &token, CSV, "age,size\n1,2\n").await;
    swapped.is_problem(422, "wrong_column", Some("/columns/0"));
    assert!(swapped.string("/detail").contains("`age`") && swapped.text.contains("`size`"));
    let other = test.send_table(&score, &token, NDJSON, "{\"size\":1,\"ages\":2}").await;
    other.is_problem(422, "wrong_column", Some("/columns/1"));
    let fewer = test.send_table(&score, &token, CSV, "size\n1\n").await;
    fewer.is_problem(422, "wrong_column", Some("/columns"));
    let named = json!({"data": [[1, 2]], "columns": ["size", "weight"]});
    test.post(&score, &token, &named).await.is_problem(422, "wrong_column", Some("/columns/1"));
}

#[tokio::test]
async fn texts_become_numbers_in_every_format_and_the_odd_colour_is_why() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    for (categories, columns) in [("onehot", 6), ("frequency", 3)] {
        let asked = format!("seed=7&missing=impute_median&categories={categories}");
        let path = format!("{DETECT}?{asked}&explain=true&keep_data=true");
        let expected = test.send_table(&path, &token, CSV, colours_csv()).await;
        assert_eq!(expected.json["pipeline"]["categories"], categories, "{expected:?}");
        assert_eq!(expected.json["summary"]["columns"], columns);
        let last = &expected.json["results"][39]["contributions"];
        assert_eq!(last.as_array().unwrap().len(), 3);
        assert!(last[0].as_f64() > last[1].as_f64() && last[2] == 0.0, "{last}");
        for (media_type, body) in
            [(NDJSON, Body::from(colours_ndjson())), (ARROW, colours_arrow().into())]
        {
            let answer = test.send_table(&path, &token, media_type, body).await;
            assert_eq!(answer.json["results"], expected.json["results"], "{answer:?}");
            assert_eq!(answer.json["data_digest"], expected.json["data_digest"]);
        }
        let again = format!("/api/v1/detections/{}/replay", expected.string("/detection_id"));
        let again = test.post(&again, &token, &json!({})).await;
        assert_eq!(again.json["is_identical"], true, "{again:?}");

        let bare = test.send_table(&format!("{DETECT}?{asked}"), &token, CSV, colours_csv()).await;
        let again = format!("/api/v1/detections/{}/replay", bare.string("/detection_id"));
        let same = test.send_table(&again, &token, ARROW, colours_arrow()).await;
        assert_eq!(same.json["is_identical"], true, "{same:?}");
        let others = colours_csv().replace("green", "red");
        let others = test.send_table(&again, &token, CSV, others).await;
        others.is_problem(422, "invalid_body", Some("/data"));

        let path = format!("{MODELS}?name=colours&{asked}");
        let model = test.send_table(&path, &token, CSV, colours_csv()).await;
        let id = model.string("/model_id");
        for _ in 0..2 {
            let score = format!(
                "{MODELS}/{id}/score?explain=true&suppress=%7B%22absolute%22%3A%5B0,0,0%5D%7D"
            );
            let scored = test.send_table(&score, &token, ARROW, colours_arrow()).await;
            assert_eq!(scored.json["results"][39]["contributions"], *last, "{scored:?}");
            let again = format!("/api/v1/detections/{}/replay", scored.string("/detection_id"));
            let same = test.send_table(&again, &token, NDJSON, colours_ndjson()).await;
            assert_eq!(same.json["is_identical"], true, "{same:?}");
            // Nobody has seen it: 0 in all its columns.
            let unseen = "colour,size,constant\npurple,3,7\n4,3,7\n";
            let unseen = test.send_table(&score, &token, CSV, unseen).await;
            let [first, second] = [0, 1].map(|row| &unseen.json["results"][row]["score"]);
            assert_eq!(first, second, "{unseen:?}");
            test.app.models.forget(id.parse().unwrap());
        }
        let score = format!("{MODELS}/{id}/score");
        let swapped = test.send_table(&score, &token, CSV, "size,colour,constant\n1,red,7\n").await;
        swapped.is_problem(422, "wrong_column", Some("/columns/0"));
        let text = test.send_table(&score, &token, CSV, "colour,size,constant\nred,x,7\n").await;
        text.is_problem(422, "invalid_body", Some("/data/0/1"));
        let number = test.send_table(&score, &token, NDJSON, "[1,2,7]").await;
        number.is_problem(422, "invalid_body", Some("/data/0/0"));
        let numbers = test.post(&score, &token, &json!({"data": [[1, 2, 7]]})).await;
        numbers.is_problem(422, "wrong_column", Some("/columns/0"));
    }
}

#[tokio::test]
async fn categories_are_bounded() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let many = |count: usize| (0..count).map(|at| format!("c{at}\n")).collect::<String>();
    let path = format!("{DETECT}?categories=onehot&parameters=%7B%22n_estimators%22%3A1%7D");
    let most = test.send_table(&path, &token, CSV, format!("a\n{}", many(1_000))).await;
    assert_eq!(most.json["summary"]["columns"], 1_000, "{}", most.text.len());
    let more = test.send_table(&path, &token, CSV, format!("a\n{}", many(1_001))).await;
    more.is_problem(422, "too_many_categories", Some("/categories"));
    let path = format!("{DETECT}?categories=onehot");
    // 18,000 rows of 1,000 categories would be 144 MB.
    let rows = format!("a\n{}{}", many(1_000), "c7\n".repeat(17_000));
    let large = test.send_table(&path, &token, CSV, rows).await;
    large.is_problem(422, "too_many_values", Some("/categories"));
    let long = format!("a\nx\n{}\n", "y".repeat(257));
    let long = test.send_table(&path, &token, CSV, long).await;
    long.is_problem(422, "invalid_body", Some("/data/1/0"));
    let unasked = test.send_table(DETECT, &token, CSV, "a,b\n1,red\n2,blue\n").await;
    unasked.is_problem(422, "invalid_body", Some("/data/0/1"));
    assert!(unasked.string("/detail").contains("line 2, column `b`"), "{unasked:?}");
}

#[tokio::test]
async fn what_is_asked_beside_a_table_is_checked_like_a_body() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let body = "a,b\n1,2\n3,4\n5,6\n";
    for (query, code, pointer) in [
        ("trees=5", "invalid_body", "/trees"),
        ("seed=-1", "invalid_body", "/seed"),
        ("seed=1&seed=1", "invalid_body", "/seed"),
        ("data=1", "invalid_body", "/data"),
        ("parameters=x", "invalid_body", "/parameters"),
        ("parameters=%7B%22trees%22%3A5%7D", "invalid_parameter", "/parameters/trees"),
        ("contamination=0.9", "invalid_contamination", "/contamination"),
        ("contamination=0.1&threshold=0.5", "invalid_body", "/threshold"),
        ("threshold=best", "invalid_body", "/threshold"),
        ("scaling=some", "invalid_body", "/scaling"),
        ("categories=some", "invalid_body", "/categories"),
        ("detector_type=nope", "unknown_detector", "/detector_type"),
        ("suppress=%7B%22absolute%22%3A%5B1%5D%7D", "invalid_suppress", "/suppress"),
    ] {
        let answer = test.send_table(&format!("{DETECT}?{query}"), &token, CSV, body).await;
        println!("{query}: {}", answer.text);
        answer.is_problem(422, code, Some(pointer));
    }
    let nameless = test.send_table(&format!("{MODELS}?seed=1"), &token, CSV, body).await;
    nameless.is_problem(422, "invalid_body", Some(""));
    let json = test.send_table(&format!("{DETECT}?seed=1"), &token, "application/json", "{}").await;
    json.is_problem(422, "invalid_query", None);
}

#[tokio::test]
async fn limits_of_rows_columns_and_bytes_hold_for_tables() {
    let limits = Limits {
        columns_max: 3,
        rows_max: 4,
        body_bytes_max: 5_000,
        arrow_messages_max: 3,
        ..Limits::default()
    };
    let test = TestApp::with_limits(limits).await;
    let token = test.user("ada@example.org", Role::Analyst).await;
    let column = |rows: u8| -> ArrayRef { Arc::new((0..rows).collect::<UInt8Array>()) };
    let columns = |count: usize, rows: u8| {
        arrow(["a", "b", "c", "d"].into_iter().take(count).map(|it| (it, column(rows))).collect())
    };
    for (media_type, fits, long, wide) in [
        (
            CSV,
            "a,b,c\n1,2,3\n4,5,6\n7,8,9\n1,2,4\n".into(),
            "a\n1\n2\n3\n4\n5\n".into(),
            "a,b,c,d\n1,2,3,4\n".into(),
        ),
        (
            NDJSON,
            "[1,2,3]\n[2,1,3]\n[4,5,6]\n[4,5,7]\n".into(),
            "[1]\n[1]\n[1]\n[1]\n[1]".into(),
            "[1,2,3,4]".into(),
        ),
        (ARROW, columns(3, 4), columns(1, 5), columns(4, 4)),
    ] as [(&str, Vec<u8>, Vec<u8>, Vec<u8>); 3]
    {
        let fits = test.send_table(DETECT, &token, media_type, fits).await;
        assert_eq!(
            fits.json["summary"],
            json!({"rows": 4, "columns": 3, "anomalies": 1}),
            "{fits:?}"
        );
        let long = test.send_table(DETECT, &token, media_type, long).await;
        long.is_problem(422, "invalid_body", Some("/data"));
        assert!(long.string("/detail").contains("more than 4 rows"), "{long:?}");
        let wide = test.send_table(DETECT, &token, media_type, wide).await;
        wide.is_problem(422, "invalid_body", Some("/data/0"));
        assert!(wide.string("/detail").contains("more than 3 columns"), "{wide:?}");
        let large = test.send_table(DETECT, &token, media_type, " ".repeat(5_001)).await;
        large.is_problem(413, "body_too_large", None);
    }
    let batch = RecordBatch::try_from_iter([("a", column(1))]).unwrap();
    let two = test.send_table(DETECT, &token, ARROW, arrow_batches(&vec![batch.clone(); 2])).await;
    assert_eq!(two.json["summary"]["rows"], 2, "{two:?}");
    let three = test.send_table(DETECT, &token, ARROW, arrow_batches(&vec![batch; 3])).await;
    three.is_problem(422, "invalid_body", Some("/data"));
    assert!(three.string("/detail").contains("more than 3 messages"), "{three:?}");
}

#[tokio::test]
async fn bodies_that_are_no_table_are_400() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    for (media_type, body, place) in [
        (CSV, &b"a,b\n1,2\n3,\xff\n"[..], "line 3"),
        (NDJSON, b"[1]\n[2", "line 2"),
        (NDJSON, b"[1]\n[\"\xff\"]", "line 2"),
        (NDJSON, b"{\"a\": {}}", "line 1"),
        (ARROW, b"rows please", "bytes"),
        (ARROW, &[0xff; 4], "cut off"),
        (ARROW, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], "2147483647 bytes, and 0"),
        (ARROW, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], "4294967295 bytes, and 1"),
    ] {
        let answer = test.send_table(DETECT, &token, media_type, body).await;
        answer.is_problem(400, "table_syntax", Some(""));
        assert!(answer.string("/detail").contains(place), "{place}: {answer:?}");
    }
    for (media_type, body, pointer) in [
        (CSV, "", "/data"),
        (CSV, "a,b\n", "/data"),
        (CSV, "a,b\n1,2\n3\n", "/data/1"),
        (CSV, "a,b\n1,2\n3,4,5\n", "/data/1"),
        (CSV, "1,2\n3,4\n", "/columns"),
        (CSV, "a,a\n3,4\n", "/columns/1"),
        (NDJSON, "\n", "/data"),
        (ARROW, "", "/data"),
    ] {
        let answer = test.send_table(DETECT, &token, media_type, body).await;
        answer.is_problem(422, "invalid_body", Some(pointer));
    }
    for media_type in ["text/csv; charset=latin1", "application/vnd.apache.arrow.file", "text/tsv"]
    {
        let answer = test.send_table(DETECT, &token, media_type, "a\n1\n").await;
        answer.is_problem(415, "media_type", None);
        assert!(answer.string("/detail").contains("text/csv, application/x-ndjson"));
    }
}

#[tokio::test]
async fn arrow_columns_of_every_kind_are_read_and_others_named() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let boolean: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]));
    let integer: ArrayRef = Arc::new(Int64Array::from(vec![Some(-3), Some(i64::MAX), None]));
    let text: ArrayRef = Arc::new(StringArray::from(vec![Some("x"), None, Some("y")]));
    let body = arrow(vec![("b", boolean), ("i", integer), ("t", Arc::clone(&text))]);
    let path = format!("{DETECT}?seed=7&missing=impute_median&categories=frequency");
    let answer = test.send_table(&path, &token, ARROW, body).await;
    let path = format!("{DETECT}?seed=7&missing=impute_median");
    let third = 1.0 / 3.0;
    let data = json!([[1, -3, third], [null, i64::MAX, third], [0, null, third]]);
    let numbers = json!({"data": data, "seed": 7, "missing": "impute_median"});
    let numbers = test.detect(&token, &numbers).await;
    assert_eq!(answer.json["data_digest"], numbers.json["data_digest"], "{answer:?}");

    let nothing = arrow(vec![("a", Arc::new(NullArray::new(3)))]);
    let nothing = test.send_table(&path, &token, ARROW, nothing).await;
    nothing.is_problem(422, "empty_column", Some("/data"));
    // As many values as a body may have bytes, in next to none.
    let names: Vec<_> = (0..10).map(|at| format!("c{at}")).collect();
    for (rows, status) in [(10_000, 200), (10_001, 422)] {
        let column =
            |name: &String| -> (_, ArrayRef) { (name.clone(), Arc::new(NullArray::new(rows))) };
        let batch = RecordBatch::try_from_iter_with_nullable(
            names.iter().map(column).map(|(name, column)| (name, column, true)),
        );
        let answer = test.send_table(DETECT, &token, ARROW, arrow_batches(&[batch.unwrap()])).await;
        assert_eq!(answer.status, status, "{}", answer.text.len());
    }
    let infinite = arrow(vec![("a", Arc::new(Float64Array::from(vec![1.0, f64::INFINITY])))]);
    let infinite = test.send_table(&path, &token, ARROW, infinite).await;
    infinite.is_problem(422, "invalid_body", Some("/data/1/0"));
    let texts = test.send_table(&path, &token, ARROW, arrow(vec![("t", text)])).await;
    texts.is_problem(422, "invalid_body", Some("/data/0/0"));
    let view: ArrayRef = Arc::new(arrow_array::StringViewArray::from(vec!["x", "y"]));
    let view = test.send_table(&path, &token, ARROW, arrow(vec![("v", view)])).await;
    view.is_problem(422, "invalid_body", Some("/columns/0"));
    assert!(view.string("/detail").contains("Utf8View"), "{view:?}");
}

#[tokio::test]
async fn arrow_streams_cut_or_spoilt_anywhere_are_refused_and_never_500() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let path = format!(
        "{DETECT}?seed=7&missing=impute_median&categories=onehot\
                        &parameters=%7B%22n_estimators%22%3A1%7D"
    );
    let whole = colours_arrow();
    for length in (0..whole.len() - 8).step_by(7) {
        let answer = test.send_table(&path, &token, ARROW, whole[..length].to_vec()).await;
        let status = answer.status.as_u16();
        assert!(matches!(status, 400 | 422), "{length} bytes: {answer:?}");
    }
    for at in (0..whole.len()).step_by(3) {
        for change in [0xff, 0x80, 0x01] {
            let mut spoilt = whole.clone();
            spoilt[at] ^= change;
            let answer = test.send_table(&path, &token, ARROW, spoilt).await;
            let status = answer.status.as_u16();
            assert!(matches!(status, 200 | 400 | 422), "byte {at} ^ {change}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn an_idempotency_key_is_of_the_query_and_the_type_too() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let send = async |query: &str, media_type: &str| {
        let request = Request::post(format!("{DETECT}?{query}"))
            .header(header::CONTENT_TYPE, media_type)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header("idempotency-key", "once");
        test.call(request.body(Body::from("1\n2\n3\n")).unwrap()).await
    };
    let (named, nameless) = ("text/csv; header=present", "text/csv; header=absent");
    let first = send("seed=1", named).await;
    assert_eq!(first.json["results"].as_array().unwrap().len(), 2, "{first:?}");
    assert_eq!(send("seed=1", named).await.json, first.json);
    send("seed=2", named).await.is_problem(422, "idempotency_reused", None);
    send("seed=1", nameless).await.is_problem(422, "idempotency_reused", None);
}

#[tokio::test]
async fn answers_that_are_kept_are_of_the_names_too() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let path = format!("{DETECT}?seed=1");
    for name in ["a", "b"] {
        let answer = test.send_table(&path, &token, CSV, format!("{name}\n1\n2\n")).await;
        assert_eq!(answer.json["pipeline"]["columns"], json!([name]), "{answer:?}");
        assert_eq!(answer.json["results"][0]["index"], Value::from(0));
    }
}
