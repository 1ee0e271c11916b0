resource "aws_sns_topic" "this" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.key_arn
}

locals {
  alarms = {
    errors = {
      namespace  = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", statistic = "Sum"
      threshold  = 50, operator = "GreaterThanThreshold", missing = "notBreaching"
      dimensions = { LoadBalancer = var.balancer_suffix }
    }
    latency = {
      namespace  = "AWS/ApplicationELB", metric = "TargetResponseTime", statistic = "Average"
      threshold  = 2, operator = "GreaterThanThreshold", missing = "notBreaching"
      dimensions = { LoadBalancer = var.balancer_suffix }
    }
    unhealthy = {
      namespace  = "AWS/ApplicationELB", metric = "UnHealthyHostCount", statistic = "Maximum"
      threshold  = 0, operator = "GreaterThanThreshold", missing = "breaching"
      dimensions = { LoadBalancer = var.balancer_suffix, TargetGroup = var.target_group_suffix }
    }
    database-cpu = {
      namespace  = "AWS/RDS", metric = "CPUUtilization", statistic = "Average"
      threshold  = 80, operator = "GreaterThanThreshold", missing = "breaching"
      dimensions = { DBInstanceIdentifier = var.database_identifier }
    }
    database-connections = {
      namespace  = "AWS/RDS", metric = "DatabaseConnections", statistic = "Maximum"
      threshold  = 160, operator = "GreaterThanThreshold", missing = "breaching"
      dimensions = { DBInstanceIdentifier = var.database_identifier }
    }
    database-storage = {
      namespace  = "AWS/RDS", metric = "FreeStorageSpace", statistic = "Minimum"
      threshold  = var.database_storage_free, operator = "LessThanThreshold", missing = "breaching"
      dimensions = { DBInstanceIdentifier = var.database_identifier }
    }
    cache-memory = {
      namespace  = "AWS/ElastiCache", metric = "DatabaseMemoryUsagePercentage", statistic = "Maximum"
      threshold  = 80, operator = "GreaterThanThreshold", missing = "notBreaching"
      dimensions = { ReplicationGroupId = var.cache_identifier }
    }
    servers-cpu = {
      namespace  = "AWS/EC2", metric = "CPUUtilization", statistic = "Average"
      threshold  = 85, operator = "GreaterThanThreshold", missing = "breaching"
      dimensions = { AutoScalingGroupName = var.servers_group }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${each.key}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  statistic           = each.value.statistic
  dimensions          = each.value.dimensions
  period              = 60
  evaluation_periods  = 5
  threshold           = each.value.threshold
  comparison_operator = each.value.operator
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}
