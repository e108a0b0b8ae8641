"""How the directory servers of the tests are configured, and what OpenLDAP's holds to begin with."""

SLAPD = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include {folder}/extra.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile {folder}/slapd.pid
argsfile {folder}/slapd.args
sizelimit size.soft=100 size.hard=100 size.unchecked=unlimited size.pr=500 size.prtotal=unlimited
TLSCACertificateFile {ca}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
database mdb
suffix "{suffix}"
rootdn "cn=admin,{suffix}"
rootpw canary-Admin-31
directory {folder}/db
maxsize 268435456
dbnosync
index objectClass,entryUUID,uid,mail,employeeNumber eq
limits dn.exact="cn=narrow,ou=Services,{suffix}" size.soft=500 size.hard=500 size.prtotal=5
access to dn.subtree="ou=Locked,{suffix}"
  by dn.exact="cn=sync,ou=Services,{suffix}" read
  by * none
access to attrs=userPassword
  by dn.exact="cn=sync,ou=Services,{suffix}" write
  by anonymous auth
  by * none
access to *
  by dn.exact="cn=sync,ou=Services,{suffix}" write
  by users read
  by anonymous auth
overlay ppolicy
ppolicy_default "cn=default,ou=Policies,{suffix}"
"""

EXTRA_SCHEMA = """\
attributetype ( 1.3.6.1.4.1.7914.1.2.1.2 NAME 'mailAlternateAddress'
  EQUALITY caseIgnoreIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
objectclass ( 1.3.6.1.4.1.7914.1.2.2.1 NAME 'mailUser' SUP top AUXILIARY MAY mailAlternateAddress )
"""

LDIF = """\
dn: {suffix}
objectClass: domain
dc: school

dn: ou=Services,{suffix}
objectClass: organizationalUnit
ou: Services

dn: ou=Locked,{suffix}
objectClass: organizationalUnit
ou: Locked

dn: cn=sync,ou=Services,{suffix}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: sync
userPassword: {password}

dn: cn=narrow,ou=Services,{suffix}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: narrow
userPassword: {password}

dn: ou=Policies,{suffix}
objectClass: organizationalUnit
ou: Policies

dn: cn=default,ou=Policies,{suffix}
objectClass: organizationalRole
objectClass: pwdPolicy
cn: default
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 0
pwdMinLength: 8
pwdCheckQuality: 2
pwdMustChange: TRUE
"""

SAMBA = """
interfaces={host}/8
bind interfaces only=yes
server services=ldap
posix:eadb={folder}/eadb.tdb
log file={folder}/samba.log
pid directory={short}
ncalrpc dir={short}/ncalrpc
winbindd socket directory={short}/wb
ntp signd socket directory={short}/ntp
load printers=no
tls keyfile={key}
tls certfile={certificate}
tls cafile={ca}
"""
