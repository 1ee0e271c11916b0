fn found(pool: &Pool, name: &str, password: &str, given: &str, options: &mut OpenOptions) {
    // ruleid: sql-made-at-run-time
    let sql = AssertSqlSafe(format!("DROP TABLE {name}"));
    // ruleid: shell-is-given-text
    Command::new("sh").arg("-c").arg(name);
    // ruleid: certificate-is-not-checked
    builder.danger_accept_invalid_certs(true);
    // ruleid: native-code-is-taken-as-it-comes
    let component = unsafe { Component::deserialize(engine, bytes) };
    // ruleid: environment-of-the-process-is-changed
    std::env::set_var("A", "B");
    // ruleid: secret-is-compared-byte-by-byte
    if password == given {}
    // ruleid: secret-is-logged
    println!("{}", password);
    // ruleid: file-for-everybody
    options.mode(0o666);
}

fn not_found(pool: &Pool, name: &str, password: &str, options: &mut OpenOptions) {
    // ok: sql-made-at-run-time
    let sql = query("SELECT 1").bind(name);
    // ok: shell-is-given-text
    Command::new("openssl").arg(name);
    // ok: certificate-is-not-checked
    builder.danger_accept_invalid_certs(false);
    // ok: native-code-is-taken-as-it-comes
    let component = Component::new(engine, bytes);
    // ok: environment-of-the-process-is-changed
    command.env("A", "B");
    // ok: secret-is-compared-byte-by-byte
    if password.len() == 0 {}
    // ok: secret-is-logged
    println!("{}", name);
    // ok: file-for-everybody
    options.mode(0o640);
}
