package screen

const drug = "drug"

// drugs are the stems by which the World Health Organization makes the names of medicines (INN, its "stem book"), what does
// not have one and dentists prescribe, brands that patients know, and classes of medicines.
func drugs() []row {
	return []row{
		{"", "", never, `april magazine cyclone anyone fashion afraid orphan valentine cortland effort escort avenue emeline barone murad norco_office in_norco`},
		// Against infections.
		{Health, drug, always, `*cillin *mycin *micin *cycline *floxacin *oxacin *azole *azolam *bactam *penem *fungin *enicol *binafine *quine *bendazole *ectin
			*ciclovir *cyclovir *navir *tegravir *buvir *fovir *cavir *amivir *virin *vudine *virenz *virine *citabine *niazid *sulfone *apsone *idixic *furantoin
			cef* sulfa* penicil* amox amoxi* augmentin azithro* z_pak zpak cleocin keflex flagyl erythro* doxy quinine chlorhexidin* peridex arestin`},
		// Against pain, for sleep and in the mind.
		{Health, drug, always, `*caine *profen *oxicam *fenac *coxib *codone *morphone *fentanyl *fentanil *orphan *orphine *adol *zepam *zolam *bazam *barbital *clone *pidem
			*oxetine *traline *alopram *triptyline *pramine *oxepin *oxamine *faxine *propion *peridone *peridol *piprazole *zapine *tiapine *azepine *omazine *phenazine *thixol
			*anserin *pimozide *azodone *triptan *setron *prodol *racetam *trigine *idazine *phenidate *afinil *irapine *gabalin *toin *bamate *benazine *stigmine *antamine *mantadine *giline *dopa *curonium *flurane
			tylenol acetaminophen paracetamol advil motrin aleve ibu ibuprofen naproxen aspirin vicodin percocet norco oxycontin codeine morphine methadone naloxone
			naltrexone narcan suboxone tramadol valium xanax ativan halcion prozac zoloft lexapro paxil wellbutrin adderall ritalin versed propofol
			ketamine gabapentin fentanyl valpro* divalpro* succinylcholin* mycophenol* orajel anbesol septocaine marcaine dilaudid chantix`},
		// For heart, blood, hormones, lungs, stomach and against tumours.
		{Health, drug, always, `*sartan *pril *olol *dilol *dipine *statin *thiazide *semide *lactone *zosin *dralazine *nitrate *nitrite *parin *xaban *gatran *grel *coumon *arone *ecainide *inidine *enecid *terodine
			*gliptin *gliflozin *glutide *formin *glitazone *glinide *pizide *terol *tropium *phylline *lukast *tidine *prazole *pramide *nisone *asone *isolone *cinolone *onide *dronate *dronic
			*estrel *estradiol *oxifene *oxifen *trozole *relin *lutamide *rubicin *platin *taxel *tecan *poside *trexate *purine *purinol *oprine *mustine *guanine *uracil *inostat *tinib *rafenib *ciclib *parib *degib
			*zomib *mab *limus *lidomide *afil *steride *fenacin *vaptan *fibrate *rizine *atadine *caftor *urad *uricase *lustat *sporin *sporine *fosfamide *phosphamide *propamide *benclamide *epiride *zolamide *covorin *salazine *prost *anib *fenone *butamol *ulosin *dosin *afur *bopag *cerase *meline *mercaprol
			warfarin coumadin plavix eliquis xarelto insulin epipen epinephrin* nitroglycerin* digoxin fosamax prolia lipitor levaquin cipro
			synthroid steroid steroids benadryl claritin zyrtec albuterol inhaler viagra cialis ozempic wegovy mounjaro zepbound
			semaglutid* tirzepatid* glp_1`},
		{Health, drug, always, `antibiotic* antiviral* antifungal* antidepress* antihistamin* antipsychot* anticoag* anticonvuls* antiemetic* analges* painkiller* pain_killer
			pain_reliever pain_pill pain_pills opioid* opiate* sedative* blood_thinner blood_pressure_pill statins birth_control_pill contracept* medication medications
			prescription prescriptions your_meds your_medicine rx refill_your refill_is dosage your_dose
			antibiotico* medicamento* ibuprofeno amoxicilina penicilina recetad* receta_medica su_receta pastillas anticoncept*
			antibiotiqu* medicament medicaments ibuprofene amoxicilline penicilline ordonnance* comprimes`},
	}
}
