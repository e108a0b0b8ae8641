"""First names that British schools use for one another: diminutives and common spellings.

Each line is one family of names.  A name may stand in several ("alex"); names agree as nicknames when
they share a family.  Folded spelling, as ``names.fold`` writes it.
"""

from __future__ import annotations

_FAMILIES = """
abigail abby abbie abi gail
alexander alex alec alexis sandy xander sasha aleksander alexandre olek
alexandra alex alexis lexi lexie sandra sasha alix aleksandra ola
alfred alf alfie fred freddie
alice ali
alison ali allison
amelia amy millie milly
andrew andy drew andrzej
anne ann anna annie ania
anthony antony tony ant
archibald archie
arthur art artie
barbara babs barb basia
benjamin ben benji benny
bernard bernie
beatrice bea trixie
bethany beth
bridget biddy
cameron cam
caroline carol carrie caz
catherine katherine kathryn katharine cath cathy kate katie katy kathy kit kitty kat katarzyna kasia caitlin
charles charlie chas chuck
charlotte charlie lottie lotte charley
christina christine chris chrissy tina kristina
christopher chris kit christian topher
clementine clem clemmie
constance connie
daniel dan danny
daniela danielle dani dan
david dave davey dai davy dafydd
deborah debbie deb debra
dominic dom
dorothy dot dottie dolly
edward ed eddie ned ted teddy eddy
eleanor ellie nell nellie ella elinor eleanora nora
elizabeth liz lizzie beth betty bess eliza elsie libby lisa liza betsy elspeth elisabeth bethan
emily em emmy millie
emma em
eugene gene
ewan euan ewen
francesca fran frankie
frances fran fanny frankie
francis frank frankie
frederick fred freddie freddy
gabriel gabe
gabrielle gabby gaby gabriella
geoffrey geoff jeffrey jeff
georgina georgia georgie gina
gerald gerry jerry
gillian gill jill
grace gracie
graham graeme grahame
gregory greg
gwendolen gwen gwendoline
harold harry hal
henry harry hal
harriet hattie harry
helen nell nellie lena ellen helena
hugh huw hughie
isaac ike zac
isabel isabella isabelle bella izzy issy belle bel isobel
jacob jake jakub kuba
jacqueline jackie jacqui
james jim jimmy jamie
jane janie
jasmine jaz jas yasmin
jeremy jerry jez
jessica jess jessie
joanna joanne jo joan joasia
john jon johnny jack
jonathan jon jonny johnathan jonathon
joseph joe joey jozef
josephine jo josie
joshua josh
judith judy jude
julia jules
katrina kat trina catriona
kenneth ken kenny
kimberley kim kimberly
laura lori laurie
laurence lawrence larry laurie
leonard len lenny leo
lewis louis lou lewie
louise lou lulu
lucy lucie lucia
lydia liddy
madeleine maddie maddy madeline
malgorzata gosia
margaret maggie meg peggy marge daisy madge mags
martha marty
martin marty
mary molly polly
matilda tilly mattie tilda
matthew matt matty mathew mateusz
maximilian max maxim maxwell
melanie mel
michael mike mick mickey micky mikey michal
mohammed muhammad mohammad mohamed muhammed mohamad muhamad mohd md mo
natalie nat talia natalia
natasha tasha nat
nathaniel nathan nat nate
nicholas nick nicky nico nicolas mikolaj
nicola nicky nikki nic
oliver ollie olly
olivia liv livvy
oluwaseun seun
pamela pam
patricia pat trish tricia patsy paddy
patrick pat paddy padraig rick
penelope penny
peter pete piotr
philip phil phillip pip
philippa pippa pip
rachel rach rachael
raymond ray
rebecca becky becca bex beck
richard rick dick ricky richie rich dickie
robert rob bob bobby robbie bert
robin rob robyn
ronald ron ronnie
rosemary rosie rose
rosalind ros roz
rupert rupe
samantha sam sammy
samuel sam sammy
sarah sara sally
sebastian seb bastian
sophia sophie sofia zofia zosia
siobhan shevaun chevonne shiv
stephanie steph stef
stephen steven steve stevie stefan
susan sue susie suzanne susannah suzy
theodore theo ted teddy
theresa teresa terry tess tessa
terence terry
thomas tom tommy tomasz
timothy tim timmy
tobias toby
valerie val
veronica ronnie
victoria vicky vicki tori vic vikki
victor vic
vincent vince vinny
vivian viv vivienne
walter wally walt
william will bill billy willie liam wills
winifred winnie freda
yusuf yousuf yousef youssef
zachary zac zach zak zack
ahmed ahmad ahmet
abdul abdel
fatima fatimah fatema
aisha ayesha aaisha aysha
hussain hussein husain
hassan hasan
ibrahim ebrahim
zainab zaynab zeinab
""".strip()

_OF: dict[str, frozenset[int]] = {}
for _number, _line in enumerate(_FAMILIES.splitlines()):
    for _name in _line.split():
        _OF[_name] = _OF.get(_name, frozenset()) | {_number}
_MEMBERS = tuple(tuple(line.split()) for line in _FAMILIES.splitlines())


def related(one: str, other: str) -> bool:
    """Whether two folded first names are forms of one another."""
    return one != other and not _OF.get(one, frozenset()).isdisjoint(_OF.get(other, frozenset()))


def listed(name: str) -> bool:
    """Whether the folded first name stands in the table."""
    return name in _OF


def initials(name: str) -> frozenset[str]:
    """First letters of the name and of all its forms: Bob is found under R too."""
    return frozenset([name[:1], *(form[0] for family in _OF.get(name, ()) for form in _MEMBERS[family])])
