variable "name" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "security_group_ids" {
  type = list(string)
}

variable "node_type" {
  type = string
}

variable "auth_token" {
  type      = string
  sensitive = true
}

variable "key_arn" {
  type = string
}
