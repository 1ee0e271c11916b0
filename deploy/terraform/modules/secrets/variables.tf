variable "name" {
  type = string
}

variable "key_arn" {
  type = string
}

variable "values" {
  type      = map(string)
  sensitive = true
  ephemeral = true
}

variable "values_version" {
  type = number
}
