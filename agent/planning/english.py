"""English words that are near to words of a cell; read by `typos.py` only."""

from typing import Final

from agent.planning.wordlist import words

ENGLISH: Final = words(
    "bear beat belt bend best big bit block blocks blank blade bland bless blow board boat boats body bold bone",
    "boot boots bore born boss bottle bowl box boxes brain brand bread break brick bricks bridge bright bring brush",
    "bucket buckets build bull bunch burn bus busy but buy cat chair clean clear clock clocks close cloth clue coat",
    "code cold colt cook cool corn cost count cover crack cup cut cuts dear deck desk dial dirt dish dog door dust",
    "each earth east eat edge egg end fake fall far fast fat fear feed feel feet fell fence field fight file film",
    "find fire firm first fish five fix flag flat floor fly foil fold food foot fork form frame free fresh full",
    "game gate ghost gift girl give glass glasses glove glue goal goat gown grass gray grease great greed greek",
    "greet grey grid ground group grow guard guess guest gun guts hack hall hand hang hard hat head hear heart heat",
    "heavy hill hit hold hole home hood hook hope hose hot house hurt hut ice inch iron jacket jackets jar jolt",
    "jump key kick kill kind kit knife lack lady lamp land lane last late laugh law lead leaf leak lean learn leg",
    "lens less lid lies life lift light lights like limb line lip list live loaf loft log long look loose lose lost",
    "lot loud love low luck lump mail main make mark market mart mask mass mat match matter meat melt metal mill",
    "mind mint mist mode moon moss mouse mouth mud mug must nail nails name neat neck need nest net nets new news",
    "nice night noise none nose note nothing now numb oil old one open orange order oven own pack packet packets",
    "paint pair pale pan pant paper park pass past paste path pear peck peg pen pet pick pile pill pipe pit place",
    "plan plane planet plant plastic plate play pocket pockets pole pool port post pot power press print pull pump",
    "push quit race rack racks racket rackets rail rain raise ray read real rear rest rice rich ride ring road rock",
    "rocket rockets roll roof room root rope rot rough round row rub rule run rust sack safe sail salt sand save",
    "saw say seal seat seed self sell send shade shake shape share sharp shed sheet shelf shell shift shine ship",
    "shirt shock shoe shop short shot shout show shut sick side sight sign silk silly silo sink sit site size skin",
    "skip sky slack slate sleep slice slide slot slow smart smell smile smoke smooth snow soap socket sockets soft",
    "soil sold sole solid song soon sort soul sound soup south space spare speed spell spend spill spin split spoon",
    "spot spray spring stack staff stage stair stall stamp stand star start state stay steal steam steel steep step",
    "stick still stock stone stop store storm story strap straw stray street string strip strong stuff suit sun",
    "swing table tack tail take tale talk tall tank tape task taste tea team tear tell tent test text than that",
    "them thin think this tight till time tin tip tire title toe tool tools top toss touch town toy track trade",
    "trail train trap trash trey trick trip truck true trust truth try tub tube tune turn type use van vase vat",
    "view vise volt wall want warm wash waste watch water wave wax way weak wear week weight wheel where white who",
    "whole wide wild wind wine wing wire wise wood wool word work world wrap wrench year yes zone eight night fight",
    "sight right tight nuke bots boats butt hunt rut rats rotor router rods rags failing sailed mailed nailed",
    "hailed tailed faced filed filled foiled silk sliver slither saver sever glow grow crass crash trays pray prey",
    "fray stray gears years bears tears hears fears pears wears belts volts jolts colts nuns guns runs puns buts",
    "bots ruts cuts huts nus smelt stalls shall swell barge merge forge charge target lager lodge ledge later laser",
    "eager anger shin shins skinny spiny shiner matted batter latter butter letter mate mare font fount fronts",
    "trunk blues blues glues blew flue greens queen screen preen breed creed black blacks blank slick click clack",
    "bracelet bracelets unt unts glod lick nick tick sick rick",
)
"""English words (and three slips with two readings) that are near to words of the cell but no typing errors of them."""
