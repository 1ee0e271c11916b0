variable "name" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "management_cidr" {
  type = string
}
