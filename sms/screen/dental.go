package screen

// dental are the words of teeth, what is done to them and what ails them.
func dental() []row {
	return []row{
		// What is none, although it begins like one.
		{"", "", never, `filling_out filling_in filling_up filling_the filling_your filling_forms filling_it filling_this filling_these
			filling_station filling_a filling_my filling_fast filling_quickly
			sweet_tooth tooth_fairy bluetooth crown_plaza triple_crown crown_royal
			treatment_of_data royal_treatment special_treatment equal_treatment
			scaling_back scaling_up jaw_dropping cleaning_up cleaning_house cleaning_lady cleaning_the cleaning_my
			cleaning_our cleaning_your cleaning_service cleaning_crew cleaning_out
			new_balance work_life_balance
			insurance_card insurance_cards your_insurance_card your_insurance_cards bring_your_insurance bring_insurance
			in_a_dental_emergency have_a_dental_emergency dental_emergencies
			carrie
			diagnostic_code dry_cleaning spring_cleaning house_cleaning
			patient_portal patient_form patient_forms patient_paperwork patient_parking patient_entrance the_patient_portal
			the_patient_form the_patient_forms the_patient_paperwork the_patient_parking the_patient_entrance
			patient_with_us patient_with_me patient_with_him patient_with_her patient_with_them
			smoke_free smoking_free tobacco_free alcohol_free drug_free free_of free_from feel_free
			brace_yourself braces_for embrace root_beer root_cause grass_roots square_root roots_of
			carte_vitale carte_mutuelle carte_d_assurance votre_carte_d_assurance carte_d_assurance_maladie votre_carte_d_assurance_maladie tarjeta_de_seguro
			bridge_street golden_gate_bridge brooklyn_bridge bay_bridge london_bridge
			no_drill fire_drill power_drill drill_sergeant
			hours_of_operation no_smoking smoking_area stress_free parking_costs parking_cost parking_fee parking_charge
			medical_history_form medical_history_forms health_history_form medical_forms formulario_medico
			de_corona corona_beer corona_street corona_virus
			hi_dolores hello_dolores dear_dolores thanks_dolores hola_dolores estimada_dolores gracias_dolores`},
		{Health, "procedure", always, `root_canal rootcanal rct pulpectom* pulpotom* pulp_cap pulp_capping apicoectom* endodont* periodont* orthodont* prosthodont*
			implant~ implantolog* implantation implanted abutment bridgework dental_bridge your_bridge fixed_bridge maryland_bridge
			crown~ crowned crown_lengthening crown_prep filling~ refilling extraction extractions extracted
			denture partial_denture overdenture veneer inlay onlay composite_filling amalgam sealant
			fluorid* scaling root_planing root_scaling srp deep_cleaning your_cleaning dental_cleaning teeth_cleaning tooth_cleaning routine_cleaning regular_cleaning next_cleaning month_cleaning a_cleaning
			cleaning_appointment cleaning_visit cleaning_with cleaning_and_exam cleaning_exam cleaning_and_checkup cleaning_is cleaning_on cleaning_at cleaning_for cleaning_today cleaning_tomorrow cleaning_due
			cleaning_scheduled cleaning_w cleaning_and_x_ray cleanings deep_clean recare hygiene_cleaning hygiene_appt hygiene_appointment hygiene_visit prophy prophylaxis dental_prophylaxis perio
			ortho endo~ debridement graft grafts grafting bone_graft gum_graft sinus_lift sinus_augmentation ridge_augmentation
			socket_preservation frenectom* frenulectom* gingivectom* gingivoplast* gingival* biopsy biopsies biopsied braces
			invisalign clear_aligner aligner aligners dental_brackets retainer night_guard nightguard mouth_guard mouthguard occlusal_guard
			bite_guard bite_splint splint splints palatal_expander palate_expander space_maintainer dental_sealant x_ray xray
			radiograph radiographs radiographic* cbct panorex panoramic bitewing bwx bws fmx pano~ lanap clearcorrect orthognath* pulp_test periapical* sedat* anesthe* anaesthe*
			nitrous nitrous_oxide laughing_gas numbing novocain* local_anesthetic surgery surgeries surgical_extraction surgical_consult surgical_consultation surgical_appointment surgical_visit surgical_procedure surgical_guide surgically surgeon oral_surgeon
			maxillofacial osteotom* alveolectom* alveoloplast* apicect* hemisection* luxat* curett* forceps sutur*
			your_stitches stitches_out remove_stitches stitches_removed gum_surgery osseous
			your_procedure the_procedure procedure_on dental_procedure outpatient_procedure your_operation your_treatment
			treatment treatments retreat retreatment post_op postop post_operative pre_op preop pre_operative postoperativ* preoperativ* intraoperativ* perioperativ*
			dental_restoration restorative core_buildup build_up_crown post_and_core temporary_crown permanent_crown recement*
			wax_try_in denture_reline reline realign_teeth rubber_dam oral_cancer_screening cancer_screening
			dental_impression your_impressions smile_makeover_consult full_mouth_reconstruction tooth_removal
			botox dermal_filler lip_filler tongue_tie lip_tie iv_sedation n2o sleep_dentistry premedicat* premed pre_med your_night_guard nite_guard niteguard
			perio_maintenance periodontal_maintenance pocket_depth probing_depth ext_of exts_of crn_prep crn_seat ssc omfs pedo_appt pedo_consult pedo_visit
			tx_plan p_o_check lab_case case_is_back bridge_try_in your_partial your_partials your_flipper bleach_trays your_trays custom_tray custom_trays sports_guard scale_and_polish all_four_come_out your_wires deband* debond* fl_varnish
			npo nothing_to_eat food_or_drink_after food_or_drink_for eat_or_drink_after eat_or_drink_before eat_or_drink_for eat_or_drink_anything please_fast
			gauze salt_water no_straws a_straw soft_food soft_foods`},
		{Health, "procedure", cosmetic, `whitening teeth_whitening tooth_whitening zoom_whitening bleaching teeth_bleaching bleaching_trays
			blanqueamiento blanqueamiento_dental blanchiment cosmetic_dentistry smile_makeover odontologia_estetica dentisterie_esthetique`},
		{Health, "tooth", always, `tooth teeth molar~ premolar bicuspid cuspid incisor incisors eyetooth wisdom_tooth wisdom_teeth wisdoms your_mouth gums gumline gum_line gum_tissue
			gingiva* mandib* maxilla maxillar* palate palatal buccal buccally lingual lingually mesial* distal occlus* interproximal alveol*
			enamel dentin dentine dentition edentulous dentoalveolar dentigerous supernumerary odontogenic jaw jaws jawbone tmj tmd
			temporomandibular upper_molar lower_molar dental_arch dental_pulp dental_history dental_work dental_infection
			dental_pain dental_caries dental_abscess dental_emergency dental_implant dental_surgery`},
		{Health, "condition", always, `cavity cavities caries carious decay decayed decaying toothache tooth_ache tooth_pain jaw_pain gum_disease gum_infection
			gum_recession receding_gums pyorrhea tartar halitosis bad_breath bruxi* clenching malocclu* overbite underbite
			crossbite overjet open_bite dry_socket chipped_tooth broken_tooth cracked_tooth loose_tooth knocked_out_tooth broken_bracket broke_a_bracket loose_bracket still_in_pain numbness gum_dz
			canker_sore cold_sore mouth_sore mouth_ulcer oral_lesion oral_thrush leukoplakia dry_mouth
			swelling bleeding abscess* infection infections infected fractured_off bone_loss ankylo* resorption
			sensitive_to_cold sensitive_to_heat sensitivity_to`},
		// Words that many texts have. Two of different rows in one text are dental.
		{Health, "dental", paired, `bridge bonding partial appliance impression bracket stent drill elevator bur burs cement flap stitch stitches
			sectioned impacted extract cleaning`},
		{Health, "dental", paired, `quadrant socket pulp root roots canal bony cusp canine canines follicle mucosa gum tongue lip lips mouth oral orally
			upper_left upper_right lower_left lower_right bite biting`},
		{Health, "dental", paired, `recession plaque grinding sensitivity cracked chipped fractured swollen fistula calculus temporary`},
		// Spanish and French.
		{Health, "procedure", always, `endodoncia* endodontic* tratamiento_de_conducto conducto_radicular matar_el_nervio desvital*
			extraccion extracciones sacar_la_muela sacar_el_diente sacarle implante implantes corona_dental su_corona la_corona una_corona
			coronas empaste empastes obturacion obturaciones amalgama resina_dental carillas
			dentadura* protesis_dental protesis puente_dental su_puente limpieza_dental limpieza_profunda limpieza_bucal su_limpieza limpieza
			profilaxis raspado curetaje ortodoncia* frenillos brackets alineadores retenedor* guarda_nocturna guarda_oclusal ferula_dental
			radiografia* rayos_x tomografia* sedacion* anestesi* cirugia* cirujano* quirurg* injerto* biopsia* puntos_de_sutura sutura*
			periodoncia* odontopediatr* tratamiento tratamientos procedimiento_dental su_procedimiento operacion_dental fluor selladores
			postoperatori* preoperatori* frenectomia quitar_los_puntos quitamos_los_puntos retirar_los_puntos puntos_fuera
			corona_lista puente_listo sus_frenos los_frenos una_calza en_ayunas no_coma
			traitement_de_canal traitement_canalaire canal_dentaire extraire arrachage devitalis* implantaire votre_couronne couronne couronne_dentaire
			plombage plombages obturation obturations composite_dentaire facettes_dentaires dentier* prothese* pont_dentaire
			detartrage* nettoyage_dentaire nettoyage_des_dents nettoyage votre_nettoyage surfacage curetage orthodontie* parodont* bagues_dentaires
			appareil_dentaire votre_appareil_est votre_pont bagues broches vos_radios radios_a_faire a_jeun ne_mangez gouttiere* radiographie* radio_dentaire panoramique chirurgi* greffe* anesthesi* sedation
			traitement traitements points_de_suture scellant* fluorure* votre_intervention intervention_chirurgicale biopsie*`},
		{Health, "tooth", always, `diente dientes muela muelas cordal cordales colmillo* incisivo* premolares encia encias mandibula* maxilar* paladar
			muela_del_juicio muelas_del_juicio pieza_dental
			dent dents molaire* premolaire* incisive* canine_superieure gencive* machoire* mandibule maxillaire* dent_de_sagesse dents_de_sagesse palais_dentaire`},
		{Health, "condition", always, `carie dolor_de_muela* dolor_de_diente* dolor_de_muelas absceso* infeccion* infectad* sangrado sangramiento
			hinchazon inflamacion* bruxismo mal_aliento maloclusion sarro llaga_bucal fractura_dental hueso_fracturado
			rage_de_dent rage_de_dents encore_mal mal_de_dents mal_aux_dents maux_de_dents abces tartre saignement* enflure gonflement* gingivite parodontite pulpite bruxisme
			mauvaise_haleine dent_cassee dent_fissuree alveolite pericoronarite`},
	}
}
