# What each module promises, planned against a provider that only pretends: no account is needed.
# What AWS itself would say to it, an apply alone can tell.

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
}

variables {
  name                  = "pynomaly-production"
  environment           = "production"
  key_arn               = "arn:aws:kms:us-east-1:123456789012:key/one"
  vpc_id                = "vpc-1"
  cidr                  = "10.0.0.0/16"
  vpc_cidr              = "10.0.0.0/16"
  zones                 = ["us-east-1a", "us-east-1b"]
  subnet_ids            = ["subnet-1", "subnet-2"]
  security_group_id     = "sg-1"
  security_group_ids    = ["sg-1"]
  management_cidr       = "10.0.0.0/16"
  instance_class        = "db.t3.large"
  password              = "a-password-of-a-test"
  password_version      = 1
  backup_retention_days = 30
  retention_days        = 30
  deletion_protection   = true
  node_type             = "cache.t3.medium"
  auth_token            = "a-token-of-a-test-1"
  certificate_arn       = "arn:aws:acm:us-east-1:123456789012:certificate/one"
  log_bucket            = "logs"
  balancer_arn          = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/one/1"
  target_group_arn      = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/one/1"
  ami_id                = "ami-0123456789abcdef0"
  instance_type         = "c6i.large"
  package_uri           = "s3://artifacts/pynomaly_0.1.0_amd64.deb"
  secret_arn            = "arn:aws:secretsmanager:us-east-1:123456789012:secret:one"
  backup_bucket_arn     = "arn:aws:s3:::backups"
  min                   = 2
  max                   = 10
  desired               = 3
}

run "network" {
  command = plan
  module {
    source = "./modules/network"
  }
  assert {
    condition     = [for it in aws_subnet.public : it.cidr_block] == ["10.0.1.0/24", "10.0.2.0/24"]
    error_message = "the public subnets are the guide's"
  }
  assert {
    condition     = [for it in aws_subnet.private : it.cidr_block] == ["10.0.10.0/24", "10.0.11.0/24"]
    error_message = "the private subnets are the guide's"
  }
  assert {
    condition     = length(aws_nat_gateway.this) == 2 && alltrue([for it in aws_subnet.private : it.map_public_ip_on_launch != true])
    error_message = "each zone has a way out, and nobody a way in"
  }
}

run "security" {
  command = plan
  module {
    source = "./modules/security"
  }
  assert {
    condition     = [for it in aws_vpc_security_group_ingress_rule.balancer : it.from_port] == [80, 443]
    error_message = "the world reaches the balancer by 80 and 443"
  }
  assert {
    condition     = alltrue([for it in [aws_vpc_security_group_ingress_rule.servers, aws_vpc_security_group_ingress_rule.database, aws_vpc_security_group_ingress_rule.cache] : it.cidr_ipv4 == null])
    error_message = "behind the balancer nobody is let in by address"
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.database.from_port == 5432 && aws_vpc_security_group_ingress_rule.cache.from_port == 6379
    error_message = "Postgres and Redis alone"
  }
}

run "nobody_administrates" {
  command = plan
  module {
    source = "./modules/security"
  }
  variables {
    management_cidr = null
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.management) == 0
    error_message = "without a network of administrators there is no SSH"
  }
}

run "database" {
  command = plan
  module {
    source = "./modules/database"
  }
  assert {
    condition     = aws_db_instance.this.storage_encrypted && aws_db_instance.this.multi_az && aws_db_instance.this.deletion_protection && !aws_db_instance.this.publicly_accessible
    error_message = "encrypted, in two zones, protected, private"
  }
  assert {
    condition     = aws_db_instance.this.backup_retention_period == 30 && !aws_db_instance.this.skip_final_snapshot
    error_message = "30 days of backups, and one at the end"
  }
  assert {
    condition     = aws_db_instance.this.backup_window == "03:00-04:00" && aws_db_instance.this.maintenance_window == "Sun:04:30-Sun:05:30"
    error_message = "backup and maintenance do not touch"
  }
  assert {
    condition = alltrue([for name, value in {
      max_connections = "200", checkpoint_completion_target = "0.9", checkpoint_timeout = "900",
      max_wal_size    = "2048", min_wal_size = "1024", log_min_duration_statement = "1000",
      "rds.force_ssl" = "1", shared_preload_libraries = "pg_stat_statements", wal_buffers = "8192"
    } : one([for it in aws_db_parameter_group.this.parameter : it.value if it.name == name]) == value])
    error_message = "the tuning is the guide's, and TLS is forced"
  }
}

run "cache" {
  command = plan
  module {
    source = "./modules/cache"
  }
  assert {
    condition     = aws_elasticache_replication_group.this.num_cache_clusters == 2 && aws_elasticache_replication_group.this.automatic_failover_enabled
    error_message = "two nodes, one of which takes over"
  }
  assert {
    condition     = aws_elasticache_replication_group.this.transit_encryption_enabled && aws_elasticache_replication_group.this.at_rest_encryption_enabled && aws_elasticache_replication_group.this.auth_token != null
    error_message = "encrypted on its way and at rest, with a token"
  }
}

run "balancer" {
  command = plan
  module {
    source = "./modules/balancer"
  }
  assert {
    condition     = aws_lb_listener.http.default_action[0].redirect[0].status_code == "HTTP_301" && aws_lb_listener.https.protocol == "HTTPS"
    error_message = "HTTP is sent on to HTTPS"
  }
  assert {
    condition     = aws_lb_target_group.this.health_check[0].path == "/ready" && aws_lb_target_group.this.port == 8000
    error_message = "who is not ready gets no requests"
  }
}

run "servers" {
  command = plan
  module {
    source = "./modules/servers"
  }
  assert {
    condition     = aws_autoscaling_group.servers.min_size == 2 && aws_autoscaling_group.servers.max_size == 10 && aws_autoscaling_group.servers.desired_capacity == 3
    error_message = "2 to 10 servers, 3 at first"
  }
  assert {
    condition     = aws_launch_template.servers.metadata_options[0].http_tokens == "required" && aws_autoscaling_policy.cpu.policy_type == "TargetTrackingScaling"
    error_message = "metadata by token, and as many as the load needs"
  }
}

run "waf" {
  command = plan
  module {
    source = "./modules/waf"
  }
  assert {
    condition     = length(aws_wafv2_web_acl.this.rule) == 4 && alltrue([for it in aws_wafv2_web_acl.this.rule : (it.name == "rate") == (length(it.action) == 1)])
    error_message = "groups of rules take an override, the rate an action"
  }
}

run "backup" {
  command = plan
  module {
    source = "./modules/backup"
  }
  assert {
    condition     = alltrue([for it in aws_s3_bucket_versioning.this : it.versioning_configuration[0].status == "Enabled"]) && alltrue([for it in aws_s3_bucket_public_access_block.this : it.block_public_acls && it.block_public_policy && it.ignore_public_acls && it.restrict_public_buckets])
    error_message = "versioned, and never public"
  }
  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this["backups"].rule[0].expiration[0].days == 30
    error_message = "30 days"
  }
}
