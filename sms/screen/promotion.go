package screen

// promotion are the words that advertise, and those that offer something without advertising by themselves.
func promotion() []row {
	return []row{
		{"", "", never, `great_deal_of big_deal no_deal deal_with bonus_question on_sale_now_at free_parking free_wifi free_to_call free_to_reply free_to_reach free_of_charge_parking for_free_behind
			gratis_estacionamiento estacionamiento_gratis estacionamiento_gratuito stationnement_gratuit parking_gratuit free_time free_day are_free am_free be_free is_free
			toll_free hands_free free_now if_free smile_club_house special_needs`},
		{Promotion, "offer", always, `off_your_next off_your_first off_your off_any off_all off_whitening percent_off pct_off discount discounts discounted coupon coupons coupon_code promo promo_code promotion
			promotions promotional special_offer special_offers special_price special_pricing best_deal best_deals great_deal great_deals deal_on deals deal_of hot_deal bonus_gift sign_up_bonus gift_card gift_cards
			gift_certificate giveaway giveaways limited_time limited_time_offer offer_ends offer_expires offer_valid our_offer exclusive_offer this_offer introductory_offer free_consultation free_consult
			free_exam free_exams free_whitening free_cleaning free_x_rays free_checkup free_screening free_gift free_estimate free_quote free_trial free_toothbrush free_with free_when
			buy_one_get bogo two_for_one 2_for_1 save_up_to save_big save_money you_save flash_sale big_sale summer_sale holiday_sale black_friday refer_a_friend referral_bonus referral_reward earn_rewards
			new_patient_special new_patient_offer whitening_special special_this_month monthly_special specials dont_miss_out do_not_miss_out act_now hurry_in while_supplies_last
			lowest_price low_prices best_price half_price half_off dollars_off reward_points win_a win_an enter_to_win chance_to_win prize prizes sweepstakes membership_plan join_our_plan vip_plan book_now_and treat_yourself
			were_offering we_are_offering now_offering check_out_our_new ask_about_our ask_us_about limited_spots membership_special cash_back
			descuento descuentos oferta ofertas oferta_especial promocion promociones rebaja rebajas cupon cupones sorteo regalo gane_un ahorre precio_especial precios_bajos gratis consulta_gratis 2x1 2_x_1 limpieza_gratis
			recomiende_a_un_amigo tarjeta_de_regalo por_tiempo_limitado
			rabais promo_speciale remise_de offre_speciale offres_speciales offre_exclusive notre_offre soldes gratuit gratuite gratuitement bon_de_reduction reduction_de code_promo concours tirage_au_sort carte_cadeau gagnez
			economisez prix_special parrainez_un_ami temps_limite profitez_de`},
		{"", "", offer, `free buy in_stock order_now order_online on_sale shop_now sale sales cheap cheapest enjoy complimentary win deal offer offers special tasting free_delivery join_us on_us
			compre gratuits achetez vente venta disfrute`},
	}
}
