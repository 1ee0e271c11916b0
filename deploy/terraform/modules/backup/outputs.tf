output "bucket" {
  value = aws_s3_bucket.backups.bucket
}

output "bucket_arn" {
  value = aws_s3_bucket.backups.arn
}

# Once the balancer may write to it.
output "log_bucket" {
  value = aws_s3_bucket_policy.this["logs"].bucket
}
