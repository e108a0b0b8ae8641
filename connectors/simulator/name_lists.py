"""Invented people's name stock: lists by community, commonest first.

The order is the frequency: ``names.py`` weighs a name by its rank, so that a world has many a
Mohammed and Olivia and a few names that turn up once.  Nobody real is meant by any combination.
"""

from __future__ import annotations

from dataclasses import dataclass

NICKNAMES = {
    "Elizabeth": "Liz", "Katherine": "Kate", "Catherine": "Cath", "Margaret": "Maggie", "Susan": "Sue",
    "Jennifer": "Jen", "Rebecca": "Becky", "Victoria": "Vicky", "Alexandra": "Alex", "Samantha": "Sam",
    "Deborah": "Debbie", "Christine": "Chris", "Jacqueline": "Jackie", "Patricia": "Pat", "Pamela": "Pam",
    "Abigail": "Abi", "Isabella": "Bella", "Jessica": "Jess", "Matilda": "Tilly", "Eleanor": "Ellie",
    "William": "Bill", "Robert": "Bob", "Richard": "Rick", "Michael": "Mike", "Thomas": "Tom",
    "James": "Jim", "David": "Dave", "Daniel": "Dan", "Matthew": "Matt", "Christopher": "Chris",
    "Andrew": "Andy", "Anthony": "Tony", "Stephen": "Steve", "Nicholas": "Nick", "Joseph": "Joe",
    "Benjamin": "Ben", "Samuel": "Sam", "Alexander": "Alex", "Edward": "Ted", "Joshua": "Josh",
    "Timothy": "Tim", "Kenneth": "Ken", "Philip": "Phil", "Gregory": "Greg", "Zachary": "Zac",
    "Mohammed": "Mo", "Oluwaseun": "Seun", "Katarzyna": "Kasia", "Małgorzata": "Gosia", "Aleksandra": "Ola",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stock:
    """One community's names, commonest first; ``women``/``men`` are the grown-ups' generation."""

    girls: tuple[str, ...]
    boys: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]


def _stock(girls: str, boys: str, surnames: str, women: str = "", men: str = "") -> Stock:
    young_women, young_men = tuple(girls.split()), tuple(boys.split())
    return Stock(
        girls=young_women,
        boys=young_men,
        women=tuple(women.split()) or young_women,
        men=tuple(men.split()) or young_men,
        surnames=tuple(name.replace("_", " ") for name in surnames.split()),
    )


BRITISH = _stock(
    """Olivia Amelia Isla Ava Ivy Freya Lily Florence Mia Willow Rosie Sophia Isabella Grace Daisy Emily
    Evie Poppy Sienna Ella Charlotte Evelyn Phoebe Elsie Millie Matilda Harper Sophie Alice Emilia Ruby
    Maisie Jessica Penelope Arabella Chloe Eleanor Violet Erin Lottie Thea Eva Robyn Nancy Molly Orla
    Scarlett Zara Imogen Rose Bonnie Heidi Martha Amber Holly Lola Lucy Abigail Megan Beatrice Zoë Chloé
    Anna-Mae Lilly-Rose Ellie-Mae Tabitha Harriet Edith Ottilie Winifred Saoirse Seren Cerys Ffion Carys
    Skye Eilidh Iona Catriona Mirren""",
    """Noah George Oliver Arthur Leo Oscar Harry Theodore Jack Henry Charlie Freddie Archie Theo
    Alfie Luca Thomas Finley Arlo William Lucas Roman Tommy Isaac Teddy Alexander Luke Edward James Joshua
    Albie Max Mason Reuben Jude Ethan Daniel Reggie Louie Hugo Jaxon Benjamin Harrison Elijah Samuel Dylan
    Ezra Rory Caleb Toby Frankie Riley Ralph Zachary Bobby Gabriel Rowan Michael Matthew Joseph Rupert
    Barnaby Kit Angus Callum Fergus Lachlan Ruaridh Rhys Owain Gethin Iestyn Tomos Ellis Jacob-James
    Tyler-Jay Otis Wilfred""",
    """Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White
    Roberts Green Hall Wood Jackson Clarke Clark Harris Lewis Hughes Edwards Turner Moore Martin Cooper
    Hill Ward Morris Baker King Lee Harrison Morgan Allen James Scott Phillips Watson Davis Parker Price
    Bennett Young Griffiths Mitchell Kelly Cook Carter Richardson Bailey Collins Bell Shaw Murphy Miller
    Cox Richards Marshall Anderson Simpson Ellis Adams Wilkinson Foster Chapman Powell
    Webb Rogers Gray Mason Hunt Campbell Matthews Owen Palmer Holmes Mills Barnes Knight Lloyd
    Butler Russell Barker Fisher Stevens Jenkins Murray Dixon Harvey Graham Pearson Fletcher Walsh Reid
    Stewart MacDonald McIntyre Robertson Thomson Sinclair Fraser O'Neill Okafor Wilson-Hughes Barrett-Jones
    Hale-Okonjo Smith-Jones Pritchard Ap_Rhys St_John De_Vere Lockwood Featherstone Ramsbottom Entwistle
    Greenhalgh Sowerby Cholmondeley Bloggs""",
    """Susan Julie Karen Sarah Jane Elizabeth Margaret Helen Alison Tracey Deborah Jacqueline Amanda
    Samantha Victoria Rebecca Claire Nicola Joanne Lisa Emma Louise Michelle Jennifer Laura Gemma Rachel
    Katherine Catherine Charlotte Hannah Lauren Amy Stacey Christine Patricia Pamela Wendy Gillian Fiona
    Heather Kirsty Lynne Bethan Sian Alexandra Abigail Harriet Philippa""",
    """David John Paul Mark Andrew Peter Michael Stephen James Robert Richard Christopher Simon Ian
    Matthew Daniel Thomas Jonathan Anthony Kevin Philip Martin Gary Stuart Neil Adam Benjamin Craig Lee
    Nicholas William Alan Graham Darren Edward Gareth Huw Colin Keith Joseph Samuel Timothy Gregory
    Kenneth Alexander Joshua Luke Jason""",
)
IRISH = _stock(
    "Fiadh Aoife Saoirse Niamh Ciara Éabha Caoimhe Róisín Sadhbh Clodagh Gráinne Sinéad Orlaith Aisling",
    "Cillian Conor Seán Oisín Tadhg Fionn Rían Darragh Eoin Pádraig Ciarán Donnacha Lorcán Dáithí",
    "Murphy Kelly O'Brien Byrne Ryan O'Sullivan Walsh O'Connor Doyle McCarthy O'Neill Gallagher Doherty "
    "Brennan Quinn Ní_Bhriain Ó_Dálaigh Fitzgerald Nolan Mac_Giolla",
    "Mary Siobhán Bridget Orla Gráinne Maeve Noreen Deirdre",
    "Patrick Declan Liam Brendan Fergal Niall Kieran Eamon",
)
PAKISTANI = _stock(
    """Fatima Aisha Maryam Zainab Ayesha Khadija Hafsa Aaliyah Sana Zara Amina Inaya Hania Safa Iqra
    Sumayyah Noor Humaira Anaya Mahnoor""",
    """Muhammad Mohammed Mohammad Ibrahim Yusuf Ali Hamza Musa Abdullah Adam Zayn Bilal Haris Umar Ismail
    Hassan Eesa Zakariya Isa Rayyan""",
    """Khan Hussain Ahmed Ali Mahmood Iqbal Shah Malik Akhtar Begum Bibi Butt Mirza Rashid Qureshi Siddiqui
    Raja Chaudhry Hashmi Anwar""",
    "Shabana Nasreen Rukhsana Saima Farzana Samina Shazia Tahira Nazia Rubina",
    "Mohammed Tariq Imran Nadeem Javed Khalid Zahid Shahid Asif Sajid Abdul",
)
BANGLADESHI = _stock(
    "Tasnim Fahmida Nusrat Maisha Sadia Labiba Anika Sumaiya Raisa Jannat",
    "Tahmid Rahim Sakib Nayeem Fahim Arif Tanvir Mahir Rafi Ayaan",
    "Begum Miah Khatun Uddin Rahman Islam Chowdhury Hoque Choudhury Ahmed Alom Ullah",
)
INDIAN = _stock(
    """Aanya Diya Saanvi Anika Priya Riya Ananya Isha Kavya Meera Simran Jasleen Harleen Gurleen Nandini
    Lakshmi Aarohi Tara""",
    """Aarav Arjun Vihaan Aditya Rohan Krish Dev Ishaan Kabir Reyansh Gurpreet Harjot Jaspreet Nikhil
    Venkatesh Karthik Ayaan Om""",
    """Patel Singh Kaur Sharma Shah Gill Sandhu Dhillon Mistry Desai Mehta Joshi Reddy Iyer Nair Chandra
    Bhatt Subramaniam Venkataraman Grewal""",
    "Sunita Anjali Rekha Manjit Balvinder Neelam Usha Geeta",
    "Rajesh Sanjay Harpreet Amit Balwinder Vijay Suresh Anil",
)
WEST_AFRICAN = _stock(
    """Adaeze Chioma Temitope Ngozi Ama Abena Efua Folasade Ifeoma Oluchi Amara Zainabu Nana Sade Blessing
    Precious Favour""",
    """Oluwaseun Chidi Emeka Kwame Kofi Tunde Babatunde Obinna Ikenna Kwabena Ayodele Yaw David Emmanuel
    Samuel Sékou Moussa""",
    """Okafor Adeyemi Mensah Boateng Okonkwo Adebayo Owusu Osei Nwosu Asante Eze Balogun Diallo Traoré
    Okonjo-Hale Ogunleye Afolabi Oyelaran-Oyeyinka""",
)
EAST_AFRICAN = _stock(
    "Hodan Amina Sagal Ayaan Ifrah Hibo Selam Meron Wanjiru Achieng Nyah Bethlehem",
    "Abdirahman Mohamed Liban Yonis Abdi Guled Dawit Yonas Kamau Otieno Biniam Mustafe",
    "Abdi Mohamed Hassan Farah Warsame Osman Tesfaye Haile Kamau Odhiambo Ahmed Jama Ali",
)
ARABIC = _stock(
    "Layla Nour Yasmin Rana Salma Malak Jana Lina Hala Dima",
    "Omar Youssef Karim Ahmad Khaled Ziad Tarek Anas Hamza Rami",
    "Al-Hassan Haddad Khoury El-Sayed Al-Masri Mansour Saleh Nasser Abd_al-Rahman Hamdan Najjar",
)
EASTERN_EUROPEAN = _stock(
    """Zofia Julia Maja Hanna Oliwia Aleksandra Katarzyna Małgorzata Ioana Elena Andreea Gabija Ugnė Kamilė
    Žofie Daria Sofiia""",
    """Jakub Antoni Szymon Filip Łukasz Paweł Mateusz Andrei Ştefan Ionuț Matas Lukas Dovydas Ondřej Marek
    Oleksandr Danylo""",
    """Nowak Kowalski Wiśniewski Wójcik Kamiński Zieliński Szymański Popescu Ionescu Popa Dumitru Kazlauskas
    Petrauskas Novák Shevchenko Bondarenko Dąbrowski Grzegorczyk""",
)
CHINESE = _stock(
    "Mei Xinyi Jia Lian Hoi-Yan Wing-Yan Ka-Yi Yuchen Zihan Ruoxi",
    "Jun Wei Haoran Chun-Hei Lok-Yin Ka-Ho Zihao Yichen Ming Tsz-Kin",
    "Wong Chan Li Wang Zhang Chen Cheung Lam Liu Ho Ng Xu Yeung O",
)
PORTUGUESE = _stock(
    "Maria Leonor Matilde Beatriz Inês Lara Mariana Conceição Lúcia",
    "João Rodrigo Martim Tiago Gonçalo Duarte Afonso Simão José",
    "Silva Santos Ferreira Pereira Gonçalves Conceição Fernandes Sousa dos_Santos da_Silva de_Almeida Simões",
)
TURKISH = _stock(
    "Zeynep Elif Defne Azra Ecrin Ayşe Yağmur Melis Gülşen",
    "Yusuf Emir Ömer Mehmet Kerem Berk Can Çağlar Oğuz",
    "Yılmaz Kaya Demir Çelik Şahin Öztürk Aydın Özdemir Güneş Koç",
)

PLACE_STARTS = (
    "Ash", "Birk", "Brad", "Clay", "Dun", "East", "Fair", "Green", "Hart", "Holt", "Kirk", "Lang", "Mars",
    "Nor", "Oak", "Pres", "Rad", "Shel", "Stan", "Thorn", "Under", "Wal", "Whit", "Wool",
)  # fmt: skip
PLACE_ENDS = (
    "ford", "ley", "ton", "worth", "bury", "well", "field", "croft", "wick", "stead", "by", "thwaite",
    "combe", "hurst",
)  # fmt: skip
STREETS = (
    "Teal Row", "Mill Lane", "Chapel Street", "Victoria Road", "Station Approach", "The Crescent",
    "Quarry Bank", "Sorrel Close", "Lapwing Drive", "Church View", "Ferry Road", "Tannery Court",
    "St Oswin's Way", "Beech Avenue", "Canal Side",
)  # fmt: skip
