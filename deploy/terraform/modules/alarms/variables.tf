variable "name" {
  type = string
}

variable "key_arn" {
  type = string
}

variable "balancer_suffix" {
  type = string
}

variable "target_group_suffix" {
  type = string
}

variable "database_identifier" {
  type = string
}

variable "cache_identifier" {
  type = string
}

variable "servers_group" {
  type = string
}

variable "database_storage_free" {
  type = number
}
