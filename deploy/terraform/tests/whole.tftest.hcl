# All of it together, and what its variables refuse.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_elb_service_account" {
    defaults = { arn = "arn:aws:iam::127311923021:root" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:us-east-1:123456789012:key/one" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:log-group:one" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/one" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/one" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/one/1" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/one/1" }
  }
  mock_resource "aws_lb_listener" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/one/1/2" }
  }
  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/one/1" }
  }
  mock_resource "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:one" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:123456789012:one" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::one" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0", latest_version = 1 }
  }
}

variables {
  certificate_arn  = "arn:aws:acm:us-east-1:123456789012:certificate/one"
  ami_id           = "ami-0123456789abcdef0"
  package_uri      = "s3://artifacts/pynomaly_0.1.0_amd64.deb"
  db_password      = "a-password-of-a-test"
  redis_auth_token = "a-token-of-a-test-1"
  jwt_secret       = "a-secret-of-a-test-of-32-bytes-or-more"
  encryption_key   = "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f"
  admin_email      = "admin@example.com"
  admin_password   = "correct horse battery staple"
}

run "everything" {
  command = apply
  assert {
    condition     = startswith(output.backup_bucket, "pynomaly-production-backups-")
    error_message = "names say the environment"
  }
}

run "wrong_values_are_refused" {
  command = plan
  variables {
    environment     = "test"
    zones           = ["eu-west-1a", "eu-west-1a"]
    management_cidr = "0.0.0.0/0"
    certificate_arn = "none"
    ami_id          = "debian"
    package_uri     = "https://example.com/pynomaly.deb"
    min_instances   = 1
    db_password     = "p@ssword"
    encryption_key  = "short"
  }
  expect_failures = [
    var.environment, var.zones, var.management_cidr, var.certificate_arn, var.ami_id, var.package_uri,
    var.min_instances, var.db_password, var.encryption_key,
  ]
}

run "too_many_servers_are_refused" {
  command = plan
  variables {
    max_instances = 101
  }
  expect_failures = [var.max_instances]
}

run "more_at_first_than_at_most_is_refused" {
  command = plan
  variables {
    desired_instances = 11
  }
  expect_failures = [var.desired_instances]
}
