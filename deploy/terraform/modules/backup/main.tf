# Where backups go, and where the balancer writes what it was asked.
data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_elb_service_account" "this" {}

locals {
  buckets = { backups = aws_s3_bucket.backups, logs = aws_s3_bucket.logs }
}

resource "aws_s3_bucket" "backups" {
  #checkov:skip=CKV_AWS_144:A copy in another region is a decision of its own, with its own costs
  #checkov:skip=CKV2_AWS_62:Nothing waits for news of a backup; its age is watched
  bucket = "${var.name}-backups-${data.aws_caller_identity.this.account_id}"
}

resource "aws_s3_bucket" "logs" {
  #checkov:skip=CKV_AWS_18:It is where access is logged to
  #checkov:skip=CKV_AWS_144:Logs of access are not worth a second region
  #checkov:skip=CKV_AWS_145:The balancer can write with the keys of S3 alone
  #checkov:skip=CKV2_AWS_62:Nothing waits for news of a log
  bucket = "${var.name}-logs-${data.aws_caller_identity.this.account_id}"
  # Logs go with what they are of; backups never do.
  force_destroy = !var.deletion_protection
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = local.buckets
  bucket   = each.value.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.buckets
  bucket   = each.value.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = each.key == "backups" ? "aws:kms" : "AES256"
      kms_master_key_id = each.key == "backups" ? var.key_arn : null
    }
    bucket_key_enabled = each.key == "backups"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each                = local.buckets
  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = local.buckets
  bucket   = each.value.id
  rule {
    id     = "retention"
    status = "Enabled"
    filter {}
    expiration {
      days = var.retention_days
    }
    noncurrent_version_expiration {
      noncurrent_days = 7
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "backups" {
  bucket        = aws_s3_bucket.backups.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "backups/"
  # S3 looks whether it may write there before it agrees to.
  depends_on = [aws_s3_bucket_policy.this]
}

# By TLS alone; and the balancer and S3 may write their logs.
data "aws_iam_policy_document" "this" {
  for_each = local.buckets
  statement {
    sid       = "TlsAlone"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [each.value.arn, "${each.value.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
  dynamic "statement" {
    for_each = each.key == "logs" ? [1] : []
    content {
      sid       = "Balancer"
      actions   = ["s3:PutObject"]
      resources = ["${each.value.arn}/balancer/*"]
      principals {
        type        = "AWS"
        identifiers = [data.aws_elb_service_account.this.arn]
      }
    }
  }
  dynamic "statement" {
    for_each = each.key == "logs" ? [1] : []
    content {
      sid       = "S3"
      actions   = ["s3:PutObject"]
      resources = ["${each.value.arn}/backups/*"]
      principals {
        type        = "Service"
        identifiers = ["logging.s3.amazonaws.com"]
      }
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each   = local.buckets
  bucket     = each.value.id
  policy     = data.aws_iam_policy_document.this[each.key].json
  depends_on = [aws_s3_bucket_public_access_block.this]
}
