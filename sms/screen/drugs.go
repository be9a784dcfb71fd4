package screen

const drug = "drug"

// drugs are the stems by which the World Health Organization makes the names of medicines (its "stem book"), what does not
// have one and dentists prescribe, brands that patients know, and classes of medicines.
func drugs() []row {
	return []row{
		{Health, drug, always, `*cillin *mycin *micin *cycline *floxacin *conazole *prazole *nidazole *caine *profen *sartan *pril *olol *dipine
			*statin *gliptin *gliflozin *glutide *formin *glitazone *zepam *azolam *barbital *codone *morphone *oxetine *triptyline
			*pramine *peridone *idone *omazine *setron *triptan *nisone *asone *isone *olone *nisolone *tinib *nib *zumab *ximab *tuzumab *limumab *mab *parin *xaban
			*gatran *ciclovir *cyclovir *navir *tegravir *avir *buvir *vudine *thiazide *semide *dronate *tidine *lukast *terol
			*platin *rubicin *taxel *azepine *zapine *tiapine *afil *gabalin *fentanyl *fentanil *fentanil *curonium *flurane *quine
			*citabine *trexate *fungin *vaptan *stigmine *tropium *phylline *zosin *dralazine *prost *racetam *bamate *faxine *melteon
			*orexant *rizine *atadine *fibrate *fluramine *sulfan *sulfate *dryl *profene *oxicam *fenac *coxib *barb *bital *dopa *giline
			*pidem *clone *lorphan *orphan *buterol *terone *estrel *estradiol *gestrel *oxifene *trozole *relin *lutamide *mustine *tecan *rafenib *ciclib
			*parib *degib *zomib *arabine *purine *prim *sulfone *oxazole *bactam *penem *cef *moxef *bendazole *antel *ectin *oxanide *nazole *niazid *pirone
			*toin *zonisamide *amide_er *ridone *piprazole *pitant *zolamide *osin *tadine *amine_hcl *azine_hcl *alol *arone *nitrate *grel *dipyridamole
			*azosin *traline *alopram *pezil *mantadine *bupropion *butynin *fenacin *begron *steride *setine *dronic *thyroxine *tide_injection *ivastatin
			*lone_acetonide *onide *etasol *cort *tasone *metasone *sonide *thalidomide *domide *tenib *sitagliptin *glinide *glimepiride *glizide *pizide
			cef* sulfa* penicil* amoxi* amoxil augmentin azithro* z_pak zpak clindamycin cleocin keflex flagyl erythro* doxy doxycycl*
			tylenol acetaminophen paracetamol advil motrin aleve ibuprofen naproxen aspirin vicodin percocet norco oxycontin codeine
			morphine fentanyl methadone naloxone narcan suboxone tramadol hydrocodon* oxycodon* valium xanax ativan halcion prozac zoloft lexapro
			paxil wellbutrin adderall ritalin viagra cialis ozempic wegovy mounjaro zepbound semaglutid* tirzepatid* glp_1 botulin* peridex chlorhexidin* orajel anbesol
			arestin benzocain* lidocain* articain* septocaine marcaine epinephrin* epipen warfarin coumadin plavix eliquis xarelto heparin*
			insulin metformin fosamax prolia lipitor levaquin cipro synthroid prednison* cortison* steroid steroids benadryl claritin zyrtec
			albuterol inhaler nitroglycerin* digoxin lithium_carbonate versed propofol ketamine chantix dilaudid
			antibiotic* antiviral* antifung* antidepress* antihistamin* antipsychot* anticoag* anticonvuls* antiemetic* analges* painkiller* pain_killer pain_reliever
			pain_medication opioid* opiate* narcotics_prescri* sedative* blood_thinner blood_pressure_pill statins birth_control contracept* medication medications
			prescription prescriptions prescribed_you your_meds your_medicine rx refill_your refill_is dosage your_dose milligram* chlorhex* mouth_rinse_rx
			acenocoumarol allopurinol azathioprin* budesonid* captopril carbamazepin* cyclosporin* ciclosporin* fluorouracil* flecainid* hydroxychlor*
			isoniazid leucovorin mercaptopurin* mesalazin* methimazol* methylphenidat* modafinil nitrofurantoin* phenytoin* primidon* probenecid* valpro* divalpro* ethosux*
			quinidin* rifamp* succinylcholin* tacrolimus sirolimus everolimus *limus tamoxifen* thioguanin* tolterodin* vitamin_k valproic*
			antibiotico* medicamento* analgesic* ibuprofeno amoxicilin* penicilina paracetamol recetad* receta_medica su_receta pastillas inyeccion*
			antibiotiqu* medicament* analgesiqu* ibuprofene amoxicilline penicilline ordonnance* votre_ordonnance comprimes
			anticoncept* anticonceptiv* anticoagulant*`},
		{"", "", never, `magazine april mapril idone_o cyclone clone prost orphan cort afraid carbon carbone baritone osin marine submarine routine orphanage
			antone cortland effective elective baton accent comfort saphone concord reside tuscany bassoon prime isone mason season fashion boston liaison
			gasone onide sort snib quinine_water sprint_prim inside aside beside`},
	}
}
