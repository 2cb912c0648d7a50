# ── needed ─────────────────────────────────────────────────────────────────────────────────────────────────

variable "project_id" {
  description = "Google Cloud project that holds the whole bridge. A project of its own is best."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id is the project's id (6 to 30 lower-case letters, digits, hyphens), not its name or number."
  }
}

variable "region" {
  description = <<-EOT
    Region of the functions, the schedule and, unless firestore_location says otherwise, the database. To move to another
    one, name the old one in firestore_location, and switch static_egress_ip and private_jobs off before.
  EOT
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]{1,2}$", var.region))
    error_message = "region must be the name of a region, such as europe-west1."
  }
}

variable "source_archive" {
  description = "Path of the zip file that all three functions are built from. A changed content is a new deployment."
  type        = string

  validation {
    condition     = endswith(var.source_archive, ".zip") && fileexists(var.source_archive)
    error_message = "source_archive must name a .zip file that exists; `make deploy` builds it."
  }
}

variable "admin_members" {
  description = <<-EOT
    Who may open the admin page, where held removals are approved: user:, group: or serviceAccount: and an e-mail address
    each. Of a group only people whose own address is of the group's domain get in.
  EOT
  type        = list(string)

  validation {
    condition     = length(var.admin_members) > 0 && alltrue([for member in var.admin_members : can(regex("^(user|group|serviceAccount):[^@[:space:]]+@[^@[:space:]]+$", member))])
    error_message = "admin_members must name somebody, each as user:, group: or serviceAccount: and an e-mail address."
  }
}

# ── as wished ──────────────────────────────────────────────────────────────────────────────────────────────

variable "name" {
  description = "What the names of resources begin with. It can never be changed: the database and the secrets bear it."
  type        = string
  default     = "scim-bridge"

  validation {
    # service account ids have at most 30 characters, "-scheduler" included
    condition     = can(regex("^[a-z][a-z0-9-]{2,18}[a-z0-9]$", var.name))
    error_message = "name must be 4 to 20 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "firestore_location" {
  description = "Location of the database, if it is not the region: nam5, eur3, or a region. It can never be changed."
  type        = string
  default     = ""

  validation {
    condition     = var.firestore_location == "" || can(regex("^(nam[0-9]|eur[0-9]|[a-z]+-[a-z]+[0-9]{1,2})$", var.firestore_location))
    error_message = "firestore_location must be a multi-region such as eur3, a region, or empty."
  }
}

variable "public_access" {
  description = <<-EOT
    How identity providers, which hold no Google identity, get through to the public function, which then asks for a token:
    all_users grants them the right to invoke it; invoker_check_off grants nothing, for organisations that forbid
    allUsers, and needs the command in the output public_access_command after every apply.
  EOT
  type        = string
  default     = "all_users"

  validation {
    condition     = contains(["all_users", "invoker_check_off"], var.public_access)
    error_message = "public_access must be all_users or invoker_check_off."
  }
}

variable "alert_emails" {
  description = "E-mail addresses that are told when something needs a person. Without any, incidents show in the console only."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.alert_emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+$", email))])
    error_message = "Each of alert_emails must be an e-mail address."
  }
}

variable "settings" {
  description = "Settings of the bridge beyond those that follow from here, by the names in docs/settings.md. No secrets."
  type        = map(string)
  default     = {}
}

variable "min_instances" {
  description = "Instances of the public function that are kept warm. 0 costs nothing and answers the first request late."
  type        = number
  default     = 0

  validation {
    condition     = var.min_instances >= 0 && var.min_instances <= 10 && floor(var.min_instances) == var.min_instances
    error_message = "min_instances must be a whole number from 0 to 10."
  }
}

variable "max_instances" {
  description = "Most instances of the public function, which bounds what a flood of requests can cost."
  type        = number
  default     = 5

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 100 && floor(var.max_instances) == var.max_instances
    error_message = "max_instances must be a whole number from 1 to 100."
  }
}

variable "domain" {
  description = "Host name of your own for the public function, behind a load balancer. Empty: the function's own address."
  type        = string
  default     = ""

  validation {
    condition     = var.domain == "" || can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.domain))
    error_message = "domain must be a host name such as scim.example.com, without https:// and path."
  }
}

variable "allowed_ip_ranges" {
  description = "Addresses (CIDR) that may call the domain; all others are refused before the bridge. Empty: any. Needs domain."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for range in var.allowed_ip_ranges : can(cidrhost(range, 0))])
    error_message = "Each of allowed_ip_ranges must be in CIDR notation, such as 192.0.2.0/24."
  }
}

variable "static_egress_ip" {
  description = "Whether calls of the target come from one fixed address, for its firewall rules."
  type        = bool
  default     = false
}

variable "private_jobs" {
  description = "Whether the jobs can be reached from inside the project only. They are closed to all but three accounts either way."
  type        = bool
  default     = false
}

variable "pull_schedule" {
  description = "When Google Workspace is read, in cron notation and UTC, such as \"*/15 * * * *\". Empty: never."
  type        = string
  default     = ""

  validation {
    condition     = var.pull_schedule == "" || can(regex("^\\S+( \\S+){4}$", var.pull_schedule))
    error_message = "pull_schedule must have five fields, such as \"*/15 * * * *\", or be empty."
  }
}

variable "reconcile_schedule" {
  description = "When everything is compared with the target, in cron notation and UTC, at least as often as RECONCILE_INTERVAL_SECONDS says. Empty: never."
  type        = string
  default     = "0 */6 * * *"

  validation {
    condition     = var.reconcile_schedule == "" || can(regex("^\\S+( \\S+){4}$", var.reconcile_schedule))
    error_message = "reconcile_schedule must have five fields, such as \"0 3 * * *\", or be empty."
  }
}
