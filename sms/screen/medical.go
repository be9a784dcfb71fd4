package screen

// medical are the words of medicine: conditions, results, organs, specialties, and how charts are written.
func medical() []row {
	return []row{
		{"", "", never, `nostalgia academia bohemia sympathy empathy apathy telepathy analysis dichotomy osmosis hypnosis metamorphosis symbiosis
			timeline jeremia nehemia euphemia noemia nuria politis
			academie bohemie neurosis_of blood_drive heart_of_gold cancer_awareness_walk`},
		{Health, "condition", always, `*itis *itides *osis *emia *aemia *algia *carcinoma *sarcoma *adenoma *lymphoma *melanoma *oma_in_situ *myoma *blastoma
			*pathy *pathies *plegia *paresis *penia *megaly *rrhea *rrhagia *rrhage *sclerotic *uria *dynia *phagia *plasia *trophy_of *cele *iasis
			cancer cancers cancerous carcinoma* tumor tumors tumour* malignan* benign metasta* oncolog* lymphoma* leukemia* leukaemia* neoplas* lesion lesions cyst cysts
			polyp nodule nodules diabet* prediabet* hypertens* hypotens* hepatitis hiv aids_test vih std_panel std_test stds herpes hpv chlamydia gonorrhea syphilis
			asthma* copd pregnan* trimester miscarriage epilep* seizure convulsion* stroke_patient heart_attack heart_disease heart_murmur
			heart_condition heart_failure cardiac cardio* coronary pacemaker angina anemi* anaemi* hemophil* bipolar schizophren* adhd autis* dementia
			alzheimer* parkinson* sleep_apnea sleep_apnoea sleep_study snoring_appliance snore_guard dx apnea cpap allergic_to allergy_to allergies allergen* diagnos* prognos* your_symptom symptom_of any_symptom your_pain
			covid_symptom dental_symptom
			chronic alcoholism alcoholic_liver alcohol_abuse alcohol_use alcohol_dependen* alcoholics_anonymous etoh drug_abuse substance_abuse illicit_drug illicit_drugs
			overdos* suicid* obesity obese anorex* bulimi* insomnia migraine* tachycard* bradycard* arrhythm* fibrillat* infarct* ischem* ischaem*
			embol* thromb* aneurysm* hemorrh* haemorrh* hematoma* edema edematous oedem* erythem* fractur* hernia* herniat* sprain dislocat* concussion
			pneumon* bronchit* tubercul* influenza covid_positive tested_positive tested_negative positive_for negative_for
			nausea vomiting diarrhea diarrhoea constipat* dyspnea dyspnoea syncop* vertigo febrile afebrile hypoxi* hypogly* hypergly* cholesterol
			radiculopath* neuropath* sepsis septic gangren* necro* ulcer ulcers ulcerat* eczema psoria* shingles cellulit* paralys* amputat* incontinen*
			addiction relapse withdrawal_symptoms depressive postpartum menopaus* infertil* dysfunction dysplasia hypertroph* atroph* dystroph*
			obstructive insufficiency stenot* sclero* reflux gerd aphasi* impairment intoxicat* immunodefici* immunocompromis* transplant*`},
		{Health, "result", always, `test_result lab_result biopsy_result your_result results_are_in results_are_ready results_came results_are_back results_of_your
			results_from_your blood_test blood_work bloodwork lab_work labwork pathology patholog* inr mri pap_smear pap_test covid_test ct_scan cat_scan pet_scan ultrasound* sonogra* mammogra*
			colonoscop* *oscopy *oscopies *oscopic ekg ecg eeg a1c hba1c glucose blood_sugar your_psa psa_test psa_level your_bp bx_result path_report urinalys* hemoglobin platelet platelets creatinine
			gleason~ stool_sample urine_sample throat_culture bone_density bone_scan`},
		{Health, "procedure", always, `*ectomy *ectomies *otomy *otomies *ostomy *ostomies *plasty *plasties *rrhaphy *pexy *centesis *desis *scopically *tripsy
			catheter* intubat* extubat* laparo* arthro* endoscop* cesarean caesarean c_section chemo chemotherap* radiotherap* radiation_therapy
			dialys* transfusion vaccin* flu_shot therapy_session latex_allerg* immuniz* infusion iv_antibiotic physical_therapy physiotherap* occupational_therapy speech_therapy psychotherap*
			rehab rehabilitat* ligat* ligation dissect* incision* incise* excis* resect* cauter* electrocauter* irrigat* tourniquet* fluoroscop* angiogra*
			hemosta* vicryl prepped draped general_anesthetic lumpectom* circumcis* amniocentes* injection injections epidural operating_room operating_table
			recovery_room operative operatively operation_date informed_consent blood_loss closed_reduction hospice inpatient outpatient
			discharged_from discharge_instructions admitted_to hospitali* icu pacu`},
		{Health, "anatomy", always, `pulmon* bronch* trache* esophag* oesophag* gastro* gastri* duoden* abdom* pelvi* ovarian cervical cervix vagin* penile scrot*
			testic* testes prostat* urinary urine urolog* urethr* bladder kidney kidneys renal hepat* spleen splenic pancrea* gallbladder chole* appendic* bowel
			rectal rectum inguin* femoral femur tibia* fibula* humerus clavic* subclavian scapul* vertebr* lumbar thorac* sacral spinal spine neurol* neurogen*
			tendon tendons ligament meniscus rotator_cuff biceps triceps metatars* metacarp* carpal patella* ankle_fracture bunion bunions
			hammertoe hammertoes intraocular ophthalm* cornea* retina* retinal vitre* cataract cataracts glaucoma visual_acuity tympan* audiolog* mastoid* laryn* pharyn*
			thyroid parathyroid tonsil* adenoid* nasal septum lymph* lymph_node artery arteries arterial aort* aorta venous vena vascular cardiovascular ventric* atrial
			myocard* mitral valve_replacement fascia subcutaneous* subcuticular epiderm* dermal intraven* intramusc* sublingual* supine prone_position lateral* medial anterior* posterior* bilateral*
			dorsal ventral proximal* inferior superior_aspect nipple areola breast_cancer genital* genitourinary lymphaden* adnexa* peritone* mucosal
			extremity extremities`},
		{Health, "specialty", always, `cardiologist oncologist urologist neurologist dermatologist gynecolog* gynaecolog* obstetric* obgyn ob_gyn
			endocrinolog* rheumatolog* nephrolog* hematolog* pulmonolog* gastroenterolog* radiolog* ophthalmologist otolaryngolog* ent_specialist
			anesthesiolog* orthopedic* orthopaedic* podiatr* fertility_clinic planned_parenthood methadone_clinic your_therapist aa_meeting mental_health behavioral_health
			oncologo* cardiologo* psiquiatr* psicolog* ginecolog* urologo* neurologo* dermatologo* cardiologue* oncologue* psychologue* gynecologue* urologue* neurologue*`},
		{Health, "chart", always, `the_patient this_patient patient_is patient_was patient_has patient_had patient_denies patient_states patient_tolerated patient_presents
			patient_reports patient_complains patient_underwent patient_developed patient_admitted medical_history social_history family_history surgical_history dental_history
			chief_complaint physical_exam physical_examination review_of_systems vital_signs blood_pressure heart_rate respiratory* range_of_motion
			shx pmh hpi icd icd10 cpt cdt mrn soap_note chart_note progress_note he_denies she_denies denies_any denied_any
			year_old_male year_old_female year_old_man year_old_woman year_old_boy year_old_girl year_old_gentleman year_old_lady year_old_white
			year_old_patient white_male white_female gravida sterile_fashion sterile_manner uneventfully uncomplicated impression_and_plan
			smoking_cessation pack_year packs_per_day pack_per_day packs_a_day pack_a_day cigarettes_a_day cigarettes_per_day tobacco_use tobacco_abuse cigarette_smoking
			smokes_tobacco drinks_alcohol drinking_alcohol non_smoker nonsmoker ex_smoker former_smoker quit_smoking
			specimen specimens uterine oximetr* gleason_score within_normal_limits normal_limits no_acute
			el_paciente la_paciente le_patient la_patiente historia_clinica antecedentes_medicos antecedents_medicaux dossier_medical historial_medico`},
		// Words that many texts have. Two of different rows in one text are clinical.
		{Health, "clinical", paired, `pain pains painful ache aching headache fever cough rash itching dizzy dizziness numb numbness fatigue bruise bruising
			wound scar trauma injury injured vomit vomited bleed cramps soreness sore depressed depression anxiety symptom disorder syndrome disease illness flu strep`},
		{Health, "clinical", paired, `blood chest breast breasts stomach abdomen knee knees shoulder hips elbow wrist ankle neck throat bone bones joint muscle muscles
			nerve nerves lung lungs liver colon ear ears eyelid nose sinus gland glands tissue penis uterus uteri ovary ovaries womb`},
		{Health, "clinical", paired, `psychiatr* psycholog* surgical hospital physician surgeon emergency_room examination evaluation evaluated consulted procedure operation
			therapy medicine medical prescribed prescribe narcotic med meds followup admitted discharged infusion fluids drained discharge incision removed inserted
			sutured sterile pulse tolerated demonstrated revealed`},
		{Health, "clinical", paired, `denies denied noted acute severe moderate stable year_old yr_old yo_male yo_female history
			right_upper left_upper right_lower left_lower right_foot left_foot right_eye left_eye history_of past_history female allergic allergy developmental mother_had`},
		{Health, "clinical", paired, `smoker smokes smoked smoking tobacco cigarettes alcohol drinker drinks alcoholism substance_use`},
		{Health, "clinical", always, `positivo_para negativo_para resultado_de* sus_resultados resultados_de analisis_de_sangre examen_de_sangre
			enfermedad* diagnosticad* embaraz* cancer_de hipertension alergi* alergic* presion_arterial azucar_en_la_sangre dolor dolores
			receta medicina_para sintoma* hemorragia* herida* vacuna* fiebre
			resultat_de vos_resultats resultats_de analyse_de_sang prise_de_sang maladie* diagnosti* enceinte* grossesse* diabete* hypertension
			allergie* douleur* symptome* hemorragie* vaccin* fievre tension_arterielle sida`},
	}
}
