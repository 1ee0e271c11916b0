variable "name" {
  type = string
}

variable "balancer_arn" {
  type = string
}

variable "key_arn" {
  type = string
}
