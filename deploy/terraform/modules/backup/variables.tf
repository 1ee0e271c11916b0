variable "name" {
  type = string
}

variable "key_arn" {
  type = string
}

variable "retention_days" {
  type = number
}

variable "deletion_protection" {
  type = bool
}
