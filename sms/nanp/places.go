package nanp

// place is a region, or several that share area codes, or a part of one with zones of its own.
type place struct{ regions, zones, codes string }

// tollFree are the area codes whose calls are free for whoever makes them.
const tollFree = "800 833 844 855 866 877 888"

// The zones that most places are in.
const (
	eastern  = "America/New_York"
	central  = "America/Chicago"
	mountain = "America/Denver"
	pacific  = "America/Los_Angeles"
	arizona  = "America/Phoenix"
	atlantic = "America/Halifax"
	ontario  = "America/Toronto"
	alberta  = "America/Edmonton"
	manitoba = "America/Winnipeg"
	coast    = "America/Vancouver"
	north    = "America/Fort_Nelson" // mountain time without daylight saving, as in the north-east of British Columbia
	puerto   = "America/Puerto_Rico" // Atlantic time without daylight saving, as in the east of Quebec's north shore
)

// places are the area codes by where they are in service. An overlay has the zones of what it overlays.
var places = [...]place{
	{"US-AL", central, "205 251 256 659 938"},
	{"US-AL", central + " " + eastern, "334 483"}, // towns on the border keep Georgia's time
	{"US-AK", "America/Anchorage America/Juneau America/Adak Pacific/Honolulu", "907"},
	{"US-AZ", arizona, "480 520 602 623"},
	{"US-AZ", arizona + " " + mountain, "928"}, // the Navajo Nation keeps daylight saving
	{"US-AR", central, "327 479 501 870"},
	{"US-CA", pacific, "209 213 279 310 323 341 350 357 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 " +
		"738 747 760 805 818 820 831 837 840 858 909 916 925 949 951"},
	{"US-CO", mountain, "303 719 720 748 970 983"},
	{"US-CT", eastern, "203 475 860 959"},
	{"US-DE", eastern, "302"},
	{"US-DC", eastern, "202 771"},
	{"US-FL", eastern, "239 305 321 324 352 386 407 561 645 656 727 728 754 772 786 813 863 904 941 954"},
	{"US-FL", eastern + " " + central, "448 850"},
	{"US-FL", eastern + " " + central, "689"}, // Orlando; other tables have it in Central time, and both are kept
	{"US-GA", eastern, "229 404 470 478 678 706 762 770 912 943"},
	{"US-HI", "Pacific/Honolulu", "808"},
	{"US-ID", "America/Boise " + mountain + " " + pacific, "208 986"},
	{"US-IL", central, "217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872"},
	{"US-IN", eastern, "260 317 463 765"},
	{"US-IN", eastern + " " + central, "219 574 812 930"},
	{"US-IA", central, "319 515 563 641 712"},
	{"US-KS", central, "316 913"},
	{"US-KS", central + " " + mountain, "620 785"},
	{"US-KY", eastern, "502 859"},
	{"US-KY", eastern + " " + central, "270 364 606"},
	{"US-LA", central, "225 318 337 457 504 985"},
	{"US-ME", eastern, "207"},
	{"US-MD", eastern, "227 240 301 410 443 667"},
	{"US-MA", eastern, "339 351 413 508 617 774 781 857 978"},
	{"US-MI", eastern, "231 248 269 313 517 586 616 679 734 810 947 989"},
	{"US-MI", eastern + " " + central, "906"},
	{"US-MN", central, "218 320 507 612 651 763 924 952"},
	{"US-MS", central, "228 471 601 662 769"},
	{"US-MO", central, "235 314 417 557 573 636 660 816 975"},
	{"US-MT", mountain, "406"},
	{"US-NE", central, "402 531"},
	{"US-NE", central + " " + mountain, "308"},
	{"US-NV", pacific, "702 725"},
	{"US-NV", pacific + " " + mountain + " America/Boise", "775"}, // towns on the border with Utah and Idaho
	{"US-NH", eastern, "603"},
	{"US-NJ", eastern, "201 551 609 640 732 848 856 862 908 973"},
	{"US-NM", mountain, "505 575"},
	{"US-NY", eastern, "212 315 329 332 347 363 465 516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934"},
	{"US-NC", eastern, "252 336 472 704 743 828 910 919 980 984"},
	{"US-ND", central + " " + mountain + " America/North_Dakota/Center", "701"},
	{"US-OH", eastern, "216 220 234 283 326 330 380 419 436 440 513 567 614 740 937"},
	{"US-OK", central, "405 539 572 580 918"},
	{"US-OR", pacific, "503 971"},
	{"US-OR", pacific + " " + mountain, "458 541"}, // Malheur County
	{"US-PA", eastern, "215 223 267 272 412 445 484 570 582 610 717 724 814 835 878"},
	{"US-RI", eastern, "401"},
	{"US-SC", eastern, "803 821 839 843 854 864"},
	{"US-SD", central + " " + mountain + " America/North_Dakota/Center", "605"},
	{"US-TN", central, "615 629 731 901 931"},
	{"US-TN", eastern, "865"},
	{"US-TN", eastern + " " + central, "423 729"},
	{"US-TX", central, "210 214 254 281 325 346 361 409 430 432 469 512 621 682 713 726 737 806 817 830 832 903 936 940 945 956 " +
		"972 979"},
	{"US-TX", mountain, "915"},
	{"US-UT", mountain, "385 435 801"},
	{"US-VT", eastern, "802"},
	{"US-VA", eastern, "276 434 540 571 686 703 757 804 826 948"},
	{"US-WA", pacific, "206 253 360 425 509 564"},
	{"US-WV", eastern, "304 681"},
	{"US-WI", central, "262 274 353 414 534 608 715 920"},
	{"US-WY", mountain, "307"},

	{"US-PR", puerto, "787 939"},
	{"US-VI", "America/St_Thomas", "340"},
	{"US-GU", "Pacific/Guam", "671"},
	{"US-MP", "Pacific/Saipan", "670"},
	{"US-AS", "Pacific/Pago_Pago", "684"},

	{"CA-AB", alberta, "368 403 587 780 825"},
	{"CA-BC", coast, "604"},
	{"CA-BC", coast + " " + alberta + " " + north, "236 250 257 672 778"},
	{"CA-MB", manitoba, "204 431 584"},
	{"CA-NB", atlantic, "428 506"},
	{"CA-NL", "America/St_Johns " + atlantic + " " + puerto, "709 879"},
	{"CA-NS CA-PE", atlantic, "782 902"},
	{"CA-NT CA-NU CA-YT", alberta + " " + manitoba + " " + ontario + " " + coast + " " + north, "867"},
	{"CA-ON", ontario, "226 249 289 343 365 382 416 437 519 548 613 647 683 705 742 753 905 942"},
	{"CA-ON", ontario + " " + manitoba, "807"},
	{"CA-QC", ontario, "263 354 438 450 468 514 579 819 873"},
	{"CA-QC", ontario + " " + atlantic + " " + puerto, "367 418 581"},
	// Towns on the borders keep the time of Alberta and of Manitoba.
	{"CA-SK", "America/Regina " + alberta + " " + manitoba, "306 474 639"},

	{"AG", "America/Antigua", "268"},
	{"AI", "America/Anguilla", "264"},
	{"BB", "America/Barbados", "246"},
	{"BM", "Atlantic/Bermuda", "441"},
	{"BS", "America/Nassau", "242"},
	{"DM", "America/Dominica", "767"},
	{"DO", "America/Santo_Domingo", "809 829 849"},
	{"GD", "America/Grenada", "473"},
	{"JM", "America/Jamaica", "658 876"},
	{"KN", "America/St_Kitts", "869"},
	{"KY", "America/Cayman", "345"},
	{"LC", "America/St_Lucia", "758"},
	{"MS", "America/Montserrat", "664"},
	{"SX", "America/Lower_Princes", "721"},
	{"TC", "America/Grand_Turk", "649"},
	{"TT", "America/Port_of_Spain", "868"},
	{"VC", "America/St_Vincent", "784"},
	{"VG", "America/Tortola", "284"},
}
