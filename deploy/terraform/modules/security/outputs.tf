output "balancer_id" {
  value = aws_security_group.balancer.id
}

output "servers_id" {
  value = aws_security_group.servers.id
}

output "database_id" {
  value = aws_security_group.database.id
}

output "cache_id" {
  value = aws_security_group.cache.id
}
