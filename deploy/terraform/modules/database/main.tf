locals {
  # Value and whether it waits for a restart. RDS counts in pages of 8 KiB, KiB or MiB.
  tuning = {
    shared_buffers               = ["{DBInstanceClassMemory/32768}", true]
    effective_cache_size         = ["{DBInstanceClassMemory*3/32768}", false]
    work_mem                     = ["40960", false]
    maintenance_work_mem         = ["GREATEST({DBInstanceClassMemory/16384},65536)", false]
    max_connections              = ["200", true]
    wal_buffers                  = ["8192", true]
    checkpoint_completion_target = ["0.9", false]
    checkpoint_timeout           = ["900", false]
    max_wal_size                 = ["2048", false]
    min_wal_size                 = ["1024", false]
    log_min_duration_statement   = ["1000", false]
    log_statement                = ["ddl", false]
    log_connections              = ["1", false]
    log_disconnections           = ["1", false]
    log_lock_waits               = ["1", false]
    "rds.force_ssl"              = ["1", false]
    shared_preload_libraries     = ["pg_stat_statements", true]
  }
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${var.name}-"
  family      = "postgres15"
  dynamic "parameter" {
    for_each = local.tuning
    content {
      name         = parameter.key
      value        = parameter.value[0]
      apply_method = parameter.value[1] ? "pending-reboot" : "immediate"
    }
  }
  lifecycle {
    create_before_destroy = true
  }
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["monitoring.rds.amazonaws.com"]
    }
  }
}

data "aws_partition" "this" {}

resource "aws_iam_role" "monitoring" {
  name_prefix        = "${var.name}-rds-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_db_instance" "this" {
  identifier                 = var.name
  engine                     = "postgres"
  engine_version             = "15"
  auto_minor_version_upgrade = true
  instance_class             = var.instance_class
  multi_az                   = true

  allocated_storage     = 100
  max_allocated_storage = 1000
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = var.key_arn

  db_name             = "pynomaly"
  username            = "pynomaly"
  password_wo         = var.password
  password_wo_version = var.password_version

  vpc_security_group_ids              = var.security_group_ids
  db_subnet_group_name                = aws_db_subnet_group.this.name
  parameter_group_name                = aws_db_parameter_group.this.name
  publicly_accessible                 = false
  iam_database_authentication_enabled = true

  # The two do not touch.
  backup_retention_period = var.backup_retention_days
  backup_window           = "03:00-04:00"
  maintenance_window      = "Sun:04:30-Sun:05:30"

  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.deletion_protection
  final_snapshot_identifier = "${var.name}-final"
  copy_tags_to_snapshot     = true

  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.monitoring.arn
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.key_arn
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
}
