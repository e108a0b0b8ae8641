"""The first names and surnames of British schools and the forms they are met in.  Data, our own.

One line a name:  SPELLINGS [: SHORT FORMS], in folded spelling.  Spellings are the same name written
otherwise (mohammed, muhammad; catherine, kathryn) or in its form in another language met here (jacob,
jakub); short forms are what somebody of that name is called (kate, kasia).  A short form may belong to
several names (alex, sam, sandy): it agrees with each of them, and they not with one another.  Every name
must stand on one line as a spelling at most, and no name may be short for its own short form.
"""

from __future__ import annotations

BRITISH_AND_IRISH = """
abigail abigael: abby abbie abi gail
adam adem
adrian adrienne
agnes: aggie nessie
aidan aiden aodhan
alan allan allen alun: al
albert: bert bertie al albie
alexander alexandre aleksander aleksandr alexandru oleksandr alasdair alistair alastair alister alisdair \
iskander: alex alec alek al sandy xander sasha zander olek lex
alexandra aleksandra oleksandra alessandra: alex alexa lexi lexie lexy sandra sandy sasha alix ola
alexis: alex lexi lexie
alfred: alf alfie fred freddie
alice alys: ali allie
alison allison: ali ally
amelia: amy millie milly mia
amanda: mandy manda
amy aimee
andrew andreas andrzej andrei andrey andriy andre andras aindriu: andy drew
angela angelina angelica: angie ange
angus aonghus aengus: gus
anne ann anna ana anya hanna: annie nan nancy ania
annabel annabelle anabel: bella belle anna
anthony antony antonio antoni anton: tony ant
antonia: toni tonia
april averil
archibald: archie archy baldie
arthur artur: art artie
aoife eefa
ashley ashleigh: ash
audrey: aud
barbara: babs barb bab basia
barnaby barnabas: barney
barry: baz bazza
bartholomew bartosz bartlomiej: bart
beatrice beatrix beatriz: bea trixie bee
benedict benedykt: ben benny
benjamin: ben benji benny benj
bernadette: bernie detta
bernard: bernie
bethany bethan: beth
bradley: brad
brenda: bren
brendan breandan
brian bryan
bridget brigid brighid: biddy bridie breda
bronwen bronwyn: bron
cameron: cam
caroline carolyn karolina carolina: carol carrie caz caro lina karo
cassandra kassandra: cass cassie sandra
catherine katherine kathryn katharine catharine cathryn caitlin kaitlyn kaitlin caitriona catriona \
katrina katarzyna ekaterina katerina kateryna yekaterina: cath cathy kate katie katy kathy kit kitty kat \
kath kasia katya cat trina cait kati
cerys carys
charles karl karol carl carlos: charlie chas chuck charley chaz
charlotte: charlie lottie lotte charley lotty char
chloe khloe
christina kristina christine kristine krystyna cristina christiana: chris chrissy chrissie tina kris \
kirsty krysia
christopher krzysztof kristoffer cristobal cristovao: chris kit topher kris
christian cristian krystian: chris kit
ciara keira kiera kiara
ciaran kieran keiran
claire clare clara klara
clementine: clem clemmie
clive
colin cailean: col
connor conor conner konnor
constance: connie
cormac cormack
craig
cynthia: cindy
daisy
damien damian damon: day
daniel danyal danil daniil danylo: dan danny dani
danielle daniela daniella: dani dan danny ella
darren daren darran: daz dazza
david dafydd daud dawud davide dawid: dave davey dai davy dav taffy
deborah debora debra: debbie deb debs
declan deaglan: dec
deirdre deidre: dee
denis dennis denys: den denny
derek derrick: del
diane diana dianne: di
dominic dominick dominik domenico: dom nic
donald domhnall: don donnie
dorothy dorothea: dot dottie dolly thea
douglas: doug dougie
duncan: dunc
dylan dillon
edith: edie
edward eduard eduardo edouard: ed eddie ned ted teddy eddy
edwin: ed eddie
eileen aileen eibhlin
elaine
eleanor elinor eleanora eleonora elanor: ellie nell nellie ella nora elle lena
elizabeth elisabeth elspeth elisabeta elzbieta elisabetta: liz lizzie lizzy beth betty bess eliza elsie \
libby lisa liza betsy bessie ela elle lilibet ellie
ella
ellen elen elin: ellie nell nellie elle
emily emilie emilia: em emmy millie milly emi
emma: em emmie
eric erik: rick
erin eryn
eugene: gene
eve eva ewa: evie eevie
evelyn eveline: evie eve lyn
ewan euan ewen eoghan owain owen
felicity: flick fliss
fergus feargus: fergie gus
fiona ffion
finlay finley findlay: fin finn
finnian finian finnegan: fin finn
florence: flo florrie flossie flora
frances francesca franciszka francisca: fran fanny frankie franny cesca chess franki
francis franciszek francisco francesco franklin: frank frankie fran paco
frederick frederic fredrick fryderyk: fred freddie freddy
gabriel gavriel: gabe gabi gaby
gabrielle gabriella gabriela: gabby gaby gabi ella gab
gareth garath: gaz gary
gary garry: gaz gazza
gavin
gemma jemma: gem
geoffrey jeffrey geoffery jeffery: geoff jeff
george georgios giorgi jerzy jorge georg gheorghe: georgie geordie
georgina georgia georgiana: georgie gina george
gerald jerald: gerry jerry ger
gerard gerrard gearoid: gerry ged ger
gillian jillian: gill jill gilly
glenda
glyn glynn
grace gracja: gracie
graham graeme grahame
grainne grania
gregory grzegorz grigory: greg gregor
gwendolen gwendolyn gwendoline: gwen wendy
gwyneth: gwen
hannah hana: han
harold: harry hal
harriet harriett: hattie harry hatty
harrison: harry
hayley haley hailey
heather
heidi
helen helena olena elena yelena ellena: nell nellie lena lenka
henry henryk henri enrique enrico: harry hal hank
hilary hillary: hils
howard: howie
hugh huw hugo aodh: hughie hughey shug
hywel howell
ian iain
imogen: immy immie imo
irene iryna irina irena eirene: rene ira renie
isaac izaak isaak ishaq: ike zac izzy
isabel isabella isabelle izabela isobel isabela ysabel ishbel iseabail: bella izzy issy belle bel izzie \
tibby isa bell izabel
isla ayla
ivan
jack
jacob jakub yakub yaqub jakob: jake kuba jay coby
jacqueline jaqueline: jackie jacqui jacky
jade jayde
jaden jayden jaiden
james jaime seamus hamish shamus: jim jimmy jamie jem jimmie jay
jane jayne: janie janey
janet janette: jan netta
janice janis: jan
jasmine jasmin yasmin yasmine yasmeen jazmin jazmine: jas jaz jazz yas mina
jason jayson: jay jase
jemima: jem mima jemmy
jennifer jenifer: jen jenny jenni jennie
jeremy jeremiah: jerry jez jem
jessica jesica: jess jessie jessy
jessie jesse
jill
joan joanna joanne johanna joasia siwan sian siobhan: jo jojo joey asia joany
jocelyn joscelin: joss
john jon jan sean shaun shawn ioan ieuan juan joao giovanni johann: johnny jack jonny johnnie
jonathan johnathan jonathon johnathon yonatan: jon jonny jonty nathan
jordan jordon: jordy
joseph jozef yosef yusuf josef jose giuseppe yousuf yousef youssef yousaf youssouf iosif: joe joey jo \
jos pepe sef
josephine josefina: jo josie joey posy fifi
joshua yeshua josue: josh
joy
joyce
judith: judy jude jodie jody
julia julie juliet juliette yulia iulia juliana julianna: jules jools
julian julien: jules
june
justin iestyn
karen caron karin
katelyn katelin
kathleen cathleen: kath kathy kate kay kitty katie
keith
kelly kelley kellie
kenneth: ken kenny
kerry kerrie keri
kevin caoimhin: kev
kimberley kimberly: kim kimmy
kirsten kirstin kirstie: kirsty
kyle
kylie kyleigh
lachlan: lachie
laura lora lauren: lori laurie lols loz
laurence lawrence lorenzo laurentiu: larry laurie loz lol
leah lia leia
leanne lianne leeanne
leonard leonardo leonid: len lenny leo
leon leo
lesley leslie: les
lewis louis luis luigi ludwik lluis: lou lewie louie
liam
lilian lillian lily lilly liliana: lil lili
linda lynda: lin lindy
lindsay lindsey lynsey linsey
llewellyn llywelyn llewelyn: lew lyn
lloyd floyd
lorraine: lori raine
louise louisa luisa luiza: lou lulu
lucas lukas lukasz luke luca luka: luc lucky
lucy lucie lucia lucja: luce lulu
lydia lidia: liddy lyddie
lynn lyn lynne
madeleine madeline madelyn madalena magdalena madlen: maddie maddy mads lena magda
maeve meabh mave medb
mairi mhairi
malcolm: mal
marcus markus marek mark marc marco marcos: marky
margaret margarita marguerite malgorzata mairead marged margareta margherita: maggie meg peggy marge \
daisy madge mags margot greta rita gosia megan peg margo marnie
marian marianne maryanne marion
marilyn
martha marta: marty mattie
martin marcin martyn martim: marty
mary maria marie moira maura mair maire mariya marya: molly polly mae mia may maisie minnie mimi masha
maryam mariam miriam meriem meryem: mimi
matilda mathilda matylda: tilly mattie tilda tillie
matthew mateusz matteo mateo mathew matthias mathias matei matvey: matt matty mat
maureen: mo
maurice morris: mo
max
maximilian maksymilian maximillian: max
maxim maksim maksym: max
maxwell: max
megan meghan meaghan: meg
melanie: mel
melissa: mel lissa missy
mervyn
mia
michael michal mikhail mihai mykhailo miguel mikael micheal mihail michel: mike mick mickey micky mikey \
misha
michelle michele: shell chelle mich
mollie
monica monika
morgan
muriel
natalie natalia nataliya nathalie natalya: nat talia tally natty
natasha natasza: tasha nat tash
nathan
nathaniel nathanael nataniel: nathan nat nate natty
neil niall neal neill: nelly
niamh neve nieve neave
nicholas nicolas nikolas mikolaj nikolai nicolae niccolo mykola nikolay: nick nicky nico nik klaus niko
nicola nicole nikola nicolette: nicky nikki nic nik niki coco
nigel: nige
noel noelle
norman: norm
olive
oliver olivier oliwier: ollie olly noll oli
olivia oliwia: liv livvy livy ollie via
oscar oskar: ossie oz
oonagh una oona
padraig patrick patryk patricio patrik padraic: pat paddy pads podge rick tricky
pamela: pam
patience
patricia patrycja: pat trish tricia patsy patty paddy
paul pawel pavel pablo paulo paolo pavlo: paulie pauly
paula paulina pauline pavlina: polly paulie
penelope: penny pen nell
peter piotr pedro petr petro pietro pyotr petru peadar: pete
philip phillip filip philippe felipe: phil pip flip
philippa phillipa philipa: pippa pip pippy
phoebe: pheebs bee
phyllis: phyl
poppy
prudence: prue pru
quentin: quen
rachel rachael raquel rakhil racheal: rach rae
ralph rafe
ralf
raymond raimund: ray
rebecca rebekah rebeka reveka: becky becca bex beck becks bec
reginald: reg reggie
rhiannon: rhi annie
rhys reece reese rees
richard ryszard ricardo riccardo: rick dick ricky richie rich dickie rico
robert roberto robertas: rob bob bobby robbie bert robby bobbie
roberta: bobbie robbie berta
robin robyn
roderick roderic: rod roddy
rodney: rod
roger rodger: rog
roisin rosheen
roland rowland: rolly
ronald raghnall: ron ronnie ronny
rory ruairi ruari ruaridh ruairidh
rosalind rosalyn rosalynd: ros roz rosie lindy
rosamund: ros roz rosie
rosemary rosemarie: rosie rose romy
rose rosa roza: rosie
rowena: ro
roy
rupert: rupe ru
russell: russ
ruth
ryan
sabrina: brina
sadhbh sive
samantha: sam sammy sammie
samuel samuil: sam sammy
sandra: sandy
sarah sara sera: sally sadie zara
saoirse seersha
scott
sebastian sebastien sebastiao: seb bastian basti
shannon: shan
sharon: shaz shazza
sheila shelagh sheelagh sile
shirley: shirl
sidney sydney: sid syd
simon szymon simeon semyon simao: si
sinead shinead
sophie sophia sofia zofia sofie sophy sofija sofiya zofija: soph zosia fifi sonia
stacey stacy
stanley stanislaw: stan stas
stella: ella
stephanie stefanie stephany: steph stef steffi stevie
stephen steven stefan szczepan esteban stephan istvan steffan: steve stevie ste steff
stuart stewart: stu
susan susanna susannah suzanne zuzanna suzanna zuzana: sue susie suzy suzie zuzia
sylvia silvia sylwia: syl
tabitha: tabby
tamara: tammy tam
tamsin thomasina: tam tammy
terence terrence: terry tel
teresa theresa therese: terry tess tessa tracy tessie reese
theodore teodor fyodor theodor: theo ted teddy
thomas tomasz tomas tomos tomaso tommaso: tom tommy tam
tiffany: tiff
timothy timoteusz timofey: tim timmy
tobias: toby tobi
tracey
trevor: trev
tristan tristram: tris
ursula urszula: ula
valerie: val
vanessa: nessa ness
vera wiera
veronica weronika veronique: ronnie vero nika
victoria wiktoria viktoria viktoriya vitoria: vicky vicki tori vic vikki tory vix
victor wiktor viktor: vic vik
vincent vicente vincenzo wincenty: vin vince vinny vinnie
violet viola
virginia: ginny ginnie gina
vivian vivien vivienne: viv
walter: wally walt wal
warren
wendy
wesley: wes
wilfred wilfrid: wilf fred wilfie
william wilhelm guillaume guilherme: will bill billy willie liam wills willy gwil
wilhelmina: mina minnie billie
winifred: win winnie freda
winston: win
yvonne ivonne: von
yvette
zachary zachariah zacharias zakariya zakaria zakariyya zachery: zac zach zak zack zaki
zoe zoey
"""

SOUTH_ASIAN = """
aarav arav
aaliyah aliyah aliya alia
aanya aania
aarya arya
abhishek: abhi
aditya adithya: adi
adeel adil
aditi: adi
aftab
ajay
ajit ajeet
akash aakash
akshay akshai
amandeep: aman
amarjit amarjeet: amar
amit ameet
amina aminah ameena aamina ameenah amna: mina
amir aamir ameer amer
amrit amreet
amritpal: amrit
anand
aniket
anil
anish aneesh
anita aneeta
anjali anjalee: anju
ankit
anoushka anushka
arjun arjan
arshad
aryan aarian arian
ashish
asif aasif
asma asmaa
avtar
ayaan ayan
azhar
balbir: bal
baljit baljeet: bal
balwinder balvinder: bal bally
bhavesh
bilal bilaal
chandni
charanjit charanjeet
daljit daljeet
deepak dipak: deep
deepika dipika: deepa
dhruv
divya diviya
diya dia
ehsan ihsan
faisal faysal feisal
faizan faizaan
farah faraah
farhan farhaan
farid fareed
farooq farouk faruq faruk farook
farzana
gagandeep: gagan
ganesh
gaurav
gurdeep
gurpreet gurprit: guri preet
gursharan
gurvinder gurwinder: guri
haider hyder haidar haydar
hamid hameed
hamza hamzah hamzeh
hardeep: harry
harjit harjeet
harman
harminder
harpreet harprit: harry preet
haroon haroun harun
harsh
harshil
harvinder harwinder
humaira humayra humera
imran imraan
inderjit inderjeet: inder
iqbal ikbal
iram erum
irfan irfaan
ishaan ishan eshan
jagdeep: jag
jagdish
jagjit jagjeet: jag
jaspreet jasprit: jas jaz preet
jasvinder jaswinder: jas
jatinder jitinder: jat
jaya
jayesh: jay
kamal kamaal
kamaljit kamaljeet: kamal
kamran kamraan
karan
karanveer karanvir: karan
karthik kartik
kashif kaashif
kavita kavitha
khadija khadijah khadeeja khadeejah kadija hadija khatija
khalid khaled
khurram
kiran
krishna
kuldeep: kully
kulwinder kulvinder: kully
lakshmi laxmi
mahir maahir
mandeep: mandy
manish maneesh
manisha
manjit manjeet
manoj
manpreet manprit: mani preet
meera mira
mehreen mahreen
mohini
mukesh
munira muneera
nadeem nadim
nadia nadya nadiya
naeem naim
naila nyla nailah
nasreen nasrin nazreen
naveed navid
navjot
navdeep: nav
neha
nikhil: nik
nilesh
nisha neesha
nitin
noor nur nour noora noura
omkar
parminder
parveen parvin
pavan pawan
prabhjot: prab
pradeep pradip
prakash
pranav
prashant
pratik prateek
preeti priti
priya pria
priyanka: priya
qasim kasim qassim kassim kaseem qaseem
rafiq rafeeq rafique
rahul
rajesh: raj
rajinder rajendra: raj
rajiv rajeev: raj
rajan
rajdeep: raj
rajvir rajveer: raj
rakesh
ramandeep: raman
ranjit ranjeet: ranj
rashid rasheed
ravinder ravindra: ravi
rehan rayhan raihan
rehana
riaz riyaz
rizwan ridwan rizvan
rohan
rohit
rukhsana ruksana
rukaiya ruqayyah ruqaiya ruqaya rukaya ruqayya
saad
sadia saadia sadiya
safa
safiya safiyyah safia safiyah sofiah
saima saimah
sajid saajid
saleem salim
salma
samina sameena
samir sameer
sanjay sanjai
sana sanaa
sandeep sundeep: sandy
sangeeta sangita
sania saniya
satnam
satvinder satwinder
shabana
shabnam
shahid shaheed
shaista
shakeel shakil
shanaya
shazia shaziya
shivam: shiv
shivani: shiv
shreya shriya
shyam
siddharth sidharth: sid
simran simren
simranjit simranjeet: simran
sohail suhail
sonal
sonia sonya
sukhdeep: sukhi
sukhjit sukhjeet: sukhi
sukhvinder sukhwinder: sukhi sukh
sumaiya sumayya sumayyah sumaya sumaiyah
sunil suneel
sunita suneeta
suresh
surinder surender: suri
surjit surjeet
swati
tahir taahir
tahira tahirah
tanveer tanvir
tanya tania
tariq tarik tareq tarek
taslima tasleema
tayyab taiyab
tayyibah tayyiba taiba
uzma
usman uthman othman osman usmaan ousmane
vijay
vikram
vikas
vinay
vinod
vishal
vivek
waleed walid
waqar
waseem wasim
yash
yasir yaser yassir
yusra yousra
zahid zaheed
zahra zara zahraa zahrah
zain zayn zane zayne zein
zainab zaynab zeinab zainub zeynep zenab
zeeshan zishan
zoha
zubair zubayr zubeir
"""

ARABIC = """
mohammed muhammad mohammad mohamed muhammed mohamad muhamad mohamud mahamed mohamet mehmet mehmed \
mahomed mohammod muhammod mohamoud: md mo mohd muh moe hamad
abdul abdel abdal
abdullah abdallah abdulla abdullahi: abdul
abdulrahman abdurrahman abdirahman abdelrahman abdurahman abdulrehman abdurrehman: abdul abdi
abdulaziz abdelaziz: abdul aziz
abdulkadir abdulqadir abdiqadir abdelkader abdikadir: abdul abdi
abubakar abubakr aboubacar abubaker abubakkar abobaker: abu
adnan
ahmed ahmad ahmet achmed ahmat hamed: ahm
aisha ayesha aaisha aysha aishah ayshah aicha aiysha aisyah ayisha ayse asha caasha: esha
ali aly
amal amaal
amin ameen
amira ameera amirah
anas annas
asiya asiyah aasiya
ayman aiman
aya ayah
ayoub ayub ayyub
bashir basheer
bushra bushrah
dina deena
eman iman imaan eimaan
fadi
fahad fahd
fatima fatimah fatema fatemah faatimah fatma fatoumata fatimata fathima faduma faadumo fadumo fatou: \
fati fatty
habib habeeb
habiba habibah habeeba
hadi haadi
hafsa hafsah hafza
halima halimah haleema haleemah halimo
hasan hassan hasaan hassaan
hashim haashim
hiba hibah hibo
hussain hussein husain husayn hussien houssein hossain hosain huseyin husein
ibrahim ebrahim ibraheem ebraheem ibrahima: ib
idris idrees edris
ilyas ilias elias eliyas
inaya inayah
isa eesa issa essa eisa
ishmael ismail ismael ismaeel esmail
jamal jamaal jemal gamal djamal
jamila jameela jamilah
kareem karim abdulkareem abdulkarim
layla leila laila leyla laylah lailah leilah
lubna
luqman lukman
mahdi mehdi
mahmoud mahmood mahmud mehmood mehmud
malik maalik
mansour mansoor mansur
marwa marwah
marwan
mustafa mostafa moustafa mustapha: musti
musa moussa mousa moosa muse
nabil nabeel
najma najmah
nasir nasser naser naseer nassir
nawal
omar umar omer oumar
rania raniya
rayan rayyan
reem rim
riyad riad
sabah
said saeed sayed saeid syed sayid
salah saleh salih
salman salmaan
samira sameera
sulaiman suleiman sulayman suleman soulaymane sulaymaan suleyman: suly
taha
talha talhah
wafa
yahya yahia yehia
yasin yaseen yassin yacine yaasin
younis yunus younus yunis younes
zakia zakiya
zayd zaid zayed
"""

AFRICAN = """
abdi
abena
adaeze: ada
adaora: ada
adebayo: bayo ade
adebola: bola ade
adedayo: dayo ade
adekunle: kunle ade
ademola: demola ade
adeola: ola ade
aderonke: ronke ade
adesola: sola ade
adewale: wale ade
adeyemi: yemi ade
afia efia
akosua: akos
akua ekua
ama
aminata: ami mina
amoako
ayodeji: deji ayo
ayodele: dele ayo
ayomide: ayo mide
babatunde: tunde baba
bolanle: bola
boluwatife: bolu tife
chiamaka: amaka
chibuike: chibu
chidera: dera
chidi chidiebere
chijioke: chiji
chika
chinedu: nedu edu
chinonso: nonso
chinwe chinwendu
chioma: chi
chukwudi: chudi
chukwuemeka: emeka
ebenezer: eben
ebere
efua
ekene: kene
emmanuel emanuel manuel immanuel emanuele: manny emma mano
esi
esther ester hester estera: essie
folasade: sade fola
funmilayo: funmi
godfrey
hodan
ifeoluwa: ife
ifeoma: ify
ifeanyi: ify
ijeoma: ij
ikechukwu: ike
isatou
jelani
kayode: kay
kehinde: kenny
kofi
kojo cudjoe
kwabena kobina: kobby
kwadwo
kwaku kweku
kwame kwamena
kwasi kwesi
lamin
mamadou: mamadu
mensah
morenike: nike
ngozi
nkechi nkechinyere
nnamdi
nneka
obinna: obi
obiora: obi
ogechi: oge
olabisi: bisi
oladele: dele ola
oladipo: dipo ola
olajumoke: jumoke
olamide: ola mide
olanrewaju: lanre
olayinka: yinka
olubunmi: bunmi
oluchi
olufemi: femi olu
olufunke: funke
olumide: mide olu
oluwadamilola: damilola dami
oluwadamilare: damilare dami
oluwaseun oluseun: seun
oluwaseyi oluseyi: seyi
oluwatobi oluwatobiloba: tobi tobiloba
oluwatosin: tosin
oluwafemi: femi
oluwakemi: kemi
oluwafunmilayo: funmi
omolara: lara
omotola: tola
onyinyechi: onyi
osagie
oyinkansola: oyin kansola
precious
sekou seku
segun olusegun
somtochukwu: somto
taiwo: taye
temitope: temi tope
temiloluwa: temi
titilayo: titi
tolulope: tolu
tomiwa
uchenna: uche
uchechukwu: uche
ugochukwu: ugo
wanjiru: shiru
yaw
yetunde: yeti
zainabu
abebe
almaz
amanuel
bereket
dawit
eyob iyob
feven
filmon philemon
hiwot
kidane
mebrahtu
meron
mikias
rahel
robel
samrawit
selam
senait
tesfaye: tesfa
tewodros: tedros teddy
yohannes: johny
yonas jonas
ayaanle
cabdi
deqa
farhiya farhia
hamdi
hawa xawa
hodo
ifrah
khadra
liban
mahad
naima
najah
nimco nimo
sahra
sagal
ubah
warsame
yasmiin
zamzam
achieng
akinyi
atieno
baraka
juma
kamau
kipchoge
mwangi
njeri
nyambura
ochieng
otieno
wambui
"""

EASTERN_EUROPEAN = """
agata
agnieszka: aga agnes
aleksy aleksei alexey oleksiy alexei alexie
alina
anastasia anastazja anastasiya anastasija: nastia nastya stacy ana stasia
bogdan bohdan
bozena
cezary
czeslaw
dagmara
daria darya dariya: dasha
dariusz darius: darek
dmitry dmitri dmytro dumitru: dima mitya
dorota
ecaterina
evgeny yevhen yevgeny evgeni
filomena
florin
gabija
gheorghita
halyna galina halina
hubert
ignacy ignatius
ihor igor
ioana
ion
jacek
jadwiga: jadzia
jaroslaw yaroslav jaroslav: jarek
julita
justyna justina: tina
kacper kasper casper
kamil
kamila camilla camila kamilla: milla cami
kinga
konrad conrad
krisztian
ksenia ksenija oksana xenia
laszlo
lech
leszek
liliya
liudmila lyudmila ludmila: luda mila
lubomir
maciej: maciek
marcel marceli
mariusz marius
mateja
milosz milos
mirela
miroslaw miroslav: mirek
mindaugas
nadezhda nadiia
nikodem
norbert
olga olha: ola
ondrej
pawelina
przemyslaw: przemek
radoslaw radoslav: radek
radu
rafal rafael raphael raffaele rafail: raf rafi
roksana roxana roxanne: roxy
ruslan
sergei sergey serhiy sergiy sergio serge sergiu
slawomir slavomir: slawek
stanislava
svetlana svitlana: sveta lana
szilvia
tadeusz: tadek
taras
tatiana tetiana tatyana: tanya tania
tomasina
tymoteusz tymofiy: tymek
vadim vadym
valentina valentyna walentyna: val vala
valentin
vasile vasyl vasily
viorica
vitaly vitalii
vladimir volodymyr wlodzimierz: vlad vova wlodek
vladislav wladyslaw vladyslav: vlad
vytautas
wanda
wojciech: wojtek
yana jana
yuri yuriy jurij iurii
zbigniew: zbyszek
zdzislaw
"""

CHINESE = """
xiaoming hsiaoming
wei
jia chia
jun chun
ming
hui
ying
mei
xin hsin
yi
zhi chih
qiang chiang
xue hsueh
lei
kawai
kwok
wing
hoi
chi
tsz tze
siu
yuk
sze
wai
man
ho
lok
yan
pui
kai
hiu
"""

PORTUGUESE = """
afonso alfonso alonso: fonso
alvaro
bernardo
bruno
caetano
catarina: cata cat kate
conceicao: sao
diogo diego thiago tiago santiago: dido
domingos domingo
duarte
eduarda: duda
fabio
fernando hernando: nando
fernanda: nanda
filipa
filipe
flavia
goncalo gonzalo
helder
henrique: rique
ines inez
joaquim joaquin: quim
joana
leonor
lourenco
luciana: lu
manuela: nela manu
mafalda
margarida: guida
mariana: mari nana
martinho
nuno
raul
renato
rodrigo: rodri digo
rogerio
rui
salvador
simone
soraia soraya
vasco
xavier javier
"""

TURKISH = """
abdurrahim
ahsen
aleyna
ayberk
aydin aidin
ayten
baris
batuhan
berat
berk
burak
busra
can
cem
cemal
ceylan
dilara
efe
ege
elif aleef
emine
emir
emre
enes
erdem
eren
esra
eymen
eylul
fatih
ferhat
gizem
gokhan
gul
gulsen
hakan
halil khalil khaleel
hatice
havva
hilal
ilayda
ismet
kaan
kemal
kerem
kerim
melek
meltem
merve
mert
metin
murat murad mourad
nazli
onur
orhan
oya
ozan
ozlem
polat
recep rajab
rukiye
ruya
sabri
sedef
selim
selin
sena
serkan
sevda
sibel
sinem
tarkan
tuba
tugba
tuncay
umit
umut
volkan
yagmur
yasemin
yigit
yilmaz
zehra
zubeyde
"""

FIRST_NAMES = {
    "British and Irish": BRITISH_AND_IRISH,
    "South Asian": SOUTH_ASIAN,
    "Arabic": ARABIC,
    "West and East African": AFRICAN,
    "Eastern European": EASTERN_EUROPEAN,
    "Chinese": CHINESE,
    "Portuguese": PORTUGUESE,
    "Turkish": TURKISH,
}

#: Surnames that one office writes one way and another office another.
SURNAMES = """
ahmed ahmad ahmet ahammed
akhtar akther akter aktar
ali aly
anderson andersen
bangura banguara
begum begom
bhatti bhati
brown browne
chaudhry choudhury chowdhury choudhry chaudhary chaudhri chowdhry choudhary chaudry
clark clarke
cooke cook
davies davis davys
dhillon dhilon
diallo jallow djallo
evans evens
gray grey
griffiths griffith
hassan hasan
hossain hussain hussein husain hossein hosain husayn
hughes hewes
islam eslam
johnson johnston johnstone
kamara camara
kaur kour
khan khaan
khatun khatoon
kovacs kovach
lewis louis
mahmood mahmoud mahmud mehmood
malik mallik
mehta metha
miah mia miyah mian
mohammed muhammad mohammad mohamed mohamud muhammed mohamad
moore more
morris maurice
mukherjee mukerji
nguyen ngyuen
nowak novak
omar umar
osman usman uthman
patel patil
phillips philips
qureshi kureshi quraishi
rahman rehman rahmaan
read reid reed
rashid rasheed
rogers rodgers
saeed said sayeed
sahin shahin
sesay cesay
shah
shaikh sheikh shaykh sheik
siddiqui siddique siddiqi sidiqi
smith smyth smythe
stephens stevens
stephenson stevenson
stewart stuart
syed sayed sayyid
thompson thomson tomson
traore traure
uddin udin
watt watts
white whyte
wright right
yilmaz ylmaz
yusuf yousuf yousaf youssef
"""
