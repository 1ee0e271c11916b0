def found(name, context):
    # ruleid: python-shell-is-given-text
    subprocess.run(name, shell=True)
    # ruleid: data-may-be-code
    yaml.load(name)
    # ruleid: data-may-be-code
    pickle.loads(name)
    # ruleid: python-certificate-is-not-checked
    context.verify_mode = ssl.CERT_NONE
    # ruleid: name-of-a-file-is-guessed
    tempfile.mktemp()


def not_found(name, context):
    # ok: python-shell-is-given-text
    subprocess.run([name])
    # ok: data-may-be-code
    yaml.load(name, Loader=yaml.BaseLoader)
    # ok: data-may-be-code
    yaml.safe_load(name)
    # ok: python-certificate-is-not-checked
    context.verify_mode = ssl.CERT_REQUIRED
    # ok: name-of-a-file-is-guessed
    tempfile.mkdtemp()
