output "endpoint" {
  value = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "identifier" {
  value = aws_elasticache_replication_group.this.replication_group_id
}
