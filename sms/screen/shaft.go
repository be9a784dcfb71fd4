package screen

// shaft are the words of what carriers call SHAFT: sex, hate, alcohol, firearms, tobacco. What a history may mention, such as
// that somebody drinks, is a finding in a text that sells only.
func shaft() []row {
	return []row{
		{"", "", never, `above_the_liquor_store behind_the_liquor_store next_to_the_liquor_store above_the_smoke_shop behind_the_smoke_shop next_to_the_smoke_shop`},
		{Shaft, "sex", always, `porn porno porno* pornhub xxx_pic xxx_movie xxx_vid xxx_video xxx_photo xxx_film xxx_action xxx_chat xxx_porn hot_xxx erotic* erotica hardcore_sex hardcore_video horny
			horniest dogging shagging_locals blowjob handjob cumshot milf milfs gangbang threesome escort_service escorts call_girl call_girls stripper strippers strip_club striptease
			nude_pics nude_photos nudes naked_pics naked_photos naked_girls naked_women sex_chat sex_line sex_toy sex_toys sex_shop sex_cam sex_tape sex_video sex_dating sexcam sextext* sex_text
			sexting explicit_sex hot_sex have_sex adult_singles adult_parties adult_chat adult_movie adult_film adult_video adult_content adult_dating adult_fun adult_toys adult_services
			live_fantasies hot_live gay_chat gay_dating gay_text* rude_chat dirty_chat dirty_talk dirty_text phone_sex phone_fun live_sex
			live_girls hot_girls sexy_girls sexy_singles sexy_chat naughty_chat naughty_girls get_laid married_women married_woman_wants wife_swap*
			swingers fetish bdsm dominatrix onlyfans filthy_stories adult_18 gay_guys orgasm* masturbat* hookup_tonight bored_housewives filthy_films filth_films filthy_pics
			erection_pills dildo xchat textbuddy
			pornografia sexo_en_vivo chicas_calientes chat_sexual webcam_sexe sexe_en_direct rencontres_coquines films_x`},
		{Shaft, "sex", sold, `xxx vibrator nasty filthy rude_time pussy knickers panties boobs tits sex sexy sexual hardcore shag shagged shagging naughty nude naked busty fantasies flirt flirting flirty kinky saucy fetishes
			dirty_girl topless hot_babe filth filthy  orgy slut sluts whore whores swinger lust lusty raunchy
			sexo desnuda desnudas sexe nue nues coquine coquines`},
		{Shaft, "hate", always, `nigger niggers nigga niggas kike kikes chink_eyed spic_trash wetback wetbacks raghead towelhead faggot faggots tranny_freak
			white_power white_supremac* heil_hitler sieg_heil kkk_rally ku_klux_klan gas_the_jews race_war ethnic_cleansing death_to_all subhuman subhumans kill_all_the`},
		{Shaft, "alcohol", always, `happy_hour open_bar free_beer free_wine free_drinks free_booze wine_tasting beer_tasting wine_club beer_garden wine_and_cheese cocktail_hour drink_special drink_specials
			liquor_store two_for_one_drinks bottle_service ladies_night champagne_toast beer_specials wine_night margarita_night
			hora_feliz barra_libre cata_de_vinos degustation_de_vin bar_ouvert`},
		{Shaft, "alcohol", offered, `alcohol beer beers wine wines vodka whiskey whisky tequila rum gin bourbon liquor booze champagne prosecco cocktail cocktails margarita margaritas brewery
			cerveza cervezas vino vinos licor biere bieres vin alcool`},
		{Shaft, "firearms", always, `ammo ammunition firearm firearms handgun handguns gun_show gun_shop gun_store gun_raffle gun_sale ar_15 ar15 ak_47 ak47 glock shooting_range assault_rifle silencer
			armas_de_fuego armes_a_feu`},
		{Shaft, "firearms", offered, `gun guns rifle rifles pistol pistols shotgun shotguns revolver`},
		{Shaft, "tobacco", always, `vape_shop vape_juice vapes vape_pen vaping_products smoke_shop e_juice ejuice e_liquid hookah_lounge hookah_bar cigar_bar cigar_lounge cigar_night juul_pods nicotine_salts
			tienda_de_vapeo boutique_de_vapotage`},
		{Shaft, "tobacco", offered, `vape vaping e_cig e_cigs e_cigarette e_cigarettes cigarette cigarettes cigar cigars tobacco hookah juul nicotine snus
			cigarrillos tabaco puros tabac vapoteuse`},
		{"", "", price, `txt txts txting p_min per_min per_minute a_min 18_only 18_plus 18yrs std_rate nat_rate national_rate`},
	}
}
