output "balancer_dns_name" {
  description = "Where the service's name has to point to."
  value       = module.balancer.dns_name
}

output "backup_bucket" {
  description = "Where backups go."
  value       = module.backup.bucket
}

output "alarm_topic_arn" {
  description = "Subscribe to it to hear the alarms."
  value       = module.alarms.topic_arn
}
