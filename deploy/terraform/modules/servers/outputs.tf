output "group_name" {
  value = aws_autoscaling_group.servers.name
}
