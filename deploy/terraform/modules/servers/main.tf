locals {
  package_bucket = split("/", trimprefix(var.package_uri, "s3://"))[0]
  package_key    = trimprefix(var.package_uri, "s3://${local.package_bucket}/")
}

data "aws_partition" "this" {}
data "aws_region" "this" {}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

# Read its package and its settings, add backups: nothing more.
data "aws_iam_policy_document" "servers" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:${data.aws_partition.this.partition}:s3:::${local.package_bucket}/${local.package_key}"]
  }
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.secret_arn]
  }
  statement {
    actions   = ["s3:PutObject", "s3:GetObject"]
    resources = ["${var.backup_bucket_arn}/*"]
  }
  statement {
    actions   = ["s3:ListBucket"]
    resources = [var.backup_bucket_arn]
  }
  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.key_arn]
  }
}

resource "aws_iam_role" "servers" {
  name_prefix        = "${var.name}-servers-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "servers" {
  role   = aws_iam_role.servers.id
  policy = data.aws_iam_policy_document.servers.json
}

resource "aws_iam_instance_profile" "servers" {
  name_prefix = "${var.name}-servers-"
  role        = aws_iam_role.servers.name
}

resource "aws_launch_template" "servers" {
  name_prefix   = "${var.name}-"
  image_id      = var.ami_id
  instance_type = var.instance_type
  user_data = base64encode(templatefile("${path.module}/start.sh.tftpl", {
    region      = data.aws_region.this.name
    environment = var.environment
    vpc_cidr    = var.vpc_cidr
    package_uri = var.package_uri
    secret_arn  = var.secret_arn
  }))
  iam_instance_profile {
    arn = aws_iam_instance_profile.servers.arn
  }
  network_interfaces {
    associate_public_ip_address = false
    security_groups             = [var.security_group_id]
  }
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  monitoring {
    enabled = true
  }
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size           = 20
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }
}

resource "aws_autoscaling_group" "servers" {
  name                      = var.name
  vpc_zone_identifier       = var.subnet_ids
  target_group_arns         = [var.target_group_arn]
  health_check_type         = "ELB"
  health_check_grace_period = 300
  min_size                  = var.min
  max_size                  = var.max
  desired_capacity          = var.desired
  # A version by its number, so that a plan shows the roll-out that it is.
  launch_template {
    id      = aws_launch_template.servers.id
    version = aws_launch_template.servers.latest_version
  }
  instance_refresh {
    strategy = "Rolling"
    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 150
    }
  }
  tag {
    key                 = "Name"
    value               = "${var.name}-server"
    propagate_at_launch = true
  }
  lifecycle {
    ignore_changes = [desired_capacity]
  }
}

resource "aws_autoscaling_policy" "cpu" {
  name                   = "${var.name}-cpu"
  autoscaling_group_name = aws_autoscaling_group.servers.name
  policy_type            = "TargetTrackingScaling"
  target_tracking_configuration {
    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
    target_value = 60
  }
}
