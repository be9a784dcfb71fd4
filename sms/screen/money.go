package screen

// money are the words of what is owed.
func money() []row {
	return []row{
		{"", "", never, `overdue_for past_due_for`},
		{Health, "money", always, `balance balances copay copays co_pay copayment deductible coinsurance amount_due amount_owed payment_due payments_due payment_is_due balance_due past_due overdue your_bal bal_of bal_due
			you_owe owe_us still_owe amount_owing outstanding_balance outstanding_payment outstanding_bill unpaid unpaid_bill remaining_balance account_balance account_is_past
			pay_your_bill your_bill your_bills your_invoice your_statement statement_is_ready billing_statement collection_agency collections_agency to_collections with_collections debt_collector
			payment_plan late_fee no_show_fee missed_appointment_fee cancellation_fee treatment_estimate treatment_cost out_of_pocket
			finance_charge carecredit care_credit financing run_your_card payment_declined card_declined card_was_declined card_on_file payment_failed
			saldo saldo_pendiente monto_adeudado cantidad_adeudada usted_debe pago_pendiente pago_vencido factura su_factura su_cuenta_vencida deducible copago
			cuota_pendiente deuda plan_de_pago plan_de_pagos
			solde votre_solde solde_impaye montant_du vous_devez_payer facture votre_facture paiement_en_retard paiement_du impaye impayee franchise_assurance
			quote_part plan_de_paiement en_souffrance`},
		{Health, "money", priced, `bal portion your_share refund venmo zelle at_time_of_service owe owes owed due to_pay pay_us please_pay pay_your pay_by pay_now pay_online pay_the pay_at paid payment bill invoice statement your_account estimate debe pagar pago cuenta presupuesto payer paiement devis doit devez`},
		{Health, "money", listed, `charge charged charges fee fees cost costs price cargo costo precio frais cout prix`},
	}
}

// insurance are the words of insurers. Their names are those that dental practices bill most; "your insurance card" is none.
func insurance() []row {
	return []row{
		{Health, "insurer", always, `delta_dental aetna cigna metlife humana unitedhealth* united_healthcare united_concordia uhc blue_cross blue_shield bluecross bcbs anthem_blue anthem_dental
			ameritas guardian_dental guardian_insurance guardian_life sun_life_dental lincoln_financial geha tricare medicaid medicare medical_assistance denti_cal dentical peachcare badgercare masshealth
			kaiser_permanente kaiser~ manulife green_shield greenshield canada_life great_west_life desjardins ramq cdcp ohip dentaquest envolve_dental liberty_dental mcna dentemax careington
			insurance_renewed annual_max your_insurance your_ins the_ins ins_paid ins_denied insurance_plan insurance_company insurance_coverage insurance_benefit insurance_provider insurance_carrier insurance_information insurance_info insurance_policy
			insurance_paid insurance_pays insurance_denied insurance_changed insurance_expired insurance_is insurance_has insurance_was insurance_will insurance_estimate insurance_verification verify_insurance update_insurance
			dental_insurance with_insurance by_insurance no_insurance new_insurance insurance_on_file insurance_ended insurance_did insurance_does insurer insurers dental_plan your_coverage coverage_for insurance_claim your_claim the_claim claim_was claim_denied claim_denial claim_status claim_number claim_form claims_department
			explanation_of_benefits eob preauth* pre_auth pre_authorization prior_auth prior_authorization predetermin* pre_determination
			dental_benefits your_benefits remaining_benefits benefits_expire benefits_this_year in_benefits unused_benefits use_your_benefits subscriber_id annual_maximum in_network out_of_network hsa fsa flex_spending
			deny_coverage coverage_denied not_covered_by
			seguro_medico seguro_dental su_seguro aseguranza* aseguradora* poliza su_cobertura reclamo_de_seguro beneficios_dentales preautorizacion
			assurance assurances votre_assurance assureur* assurance_dentaire votre_couverture votre_mutuelle mutuelle reclamation_d_assurance remboursement_assurance tiers_payant`},
		{Health, "insurer", paired, `insurance insurances coverage claim claims`},
	}
}

// identity are the words of numbers that identify a patient.
func identity() []row {
	return []row{
		{"", "", never, `bring_your_health_card bring_your_carte_soleil apportez_votre_carte_soleil`},
		{Health, "identifier", always, `ssn social_security social_security_number last_four_of_your dob date_of_birth your_birth_date patient_birth_date born_on member_id member_number memberid
			subscriber_number policy_number policy_no group_number group_no chart_number chart_no patient_id patient_number patient_no patientid medical_record record_number your_account_number your_account_no
			medicaid_id medicare_number health_card_number health_card driver_license_number drivers_license_number passport_number
			numero_de_seguro_social seguro_social fecha_de_nacimiento numero_de_miembro numero_de_paciente numero_de_poliza numero_de_expediente numero_de_cuenta
			date_de_naissance numero_d_assurance numero_de_patient numero_de_dossier numero_de_police carte_soleil numero_de_membre nas`},
	}
}
