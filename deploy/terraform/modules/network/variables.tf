variable "name" {
  type = string
}

variable "cidr" {
  type = string
}

variable "key_arn" {
  type = string
}

variable "zones" {
  type = list(string)
}
