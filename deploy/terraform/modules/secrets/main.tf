resource "aws_secretsmanager_secret" "this" {
  #checkov:skip=CKV2_AWS_57:What it holds is turned by an apply with another secrets_version, not by a function
  name                    = "${var.name}/settings"
  description             = "Settings of the servers, as NAME: value"
  kms_key_id              = var.key_arn
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = jsonencode(var.values)
  secret_string_wo_version = var.values_version
}
