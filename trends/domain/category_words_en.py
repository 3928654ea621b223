"""The vocabulary of each category in English headlines.

Sure and leaning words as in the Korean vocabulary; `_` stands for a space or a hyphen. Regular plurals are found by
their singular. What means two things in headlines ("apple", "target", "gap", "turkey") leans, or is left out.
"""

from collections.abc import Mapping

from trends.domain.models import Category

EN_SURE: Mapping[Category, str] = {
    Category.FOOD: """
        food foodie snack dessert cookie cake cupcake cheesecake pastry croissant bagel doughnut donut muffin
        pancake waffle brownie chocolate candy gummy ice_cream gelato frozen_yogurt milkshake smoothie coffee
        cold_brew espresso latte cappuccino matcha boba bubble_tea kombucha soda soft_drink energy_drink
        sports_drink juice lemonade oat_milk almond_milk milk yogurt cheese butter egg bread sourdough bakery
        sandwich burger hamburger cheeseburger smash_burger hot_dog pizza pasta noodle ramen sushi taco
        burrito quesadilla fried_chicken chicken_sandwich chicken_nugget steak bacon brisket barbecue bbq
        seafood shrimp lobster oyster salmon tuna caviar tinned_fish salad soup dumpling kimchi bibimbap
        korean_food gochujang hot_sauce hot_honey ketchup mayonnaise salsa guacamole avocado avocado_toast
        pistachio almond peanut_butter granola cereal oatmeal popcorn potato_chip french_fries pretzel pickle
        olive_oil vinegar pumpkin_spice gingerbread eggnog thanksgiving_dinner stuffing gravy cranberry fruit
        berry strawberry blueberry mango banana pineapple watermelon vegetable veggie vegan vegetarian
        plant_based plant_based_meat gluten_free protein_bar protein_powder meal_kit meal_prep grocery
        groceries ingredient recipe cooking cookbook baking chef celebrity_chef sous_chef barista bartender
        restaurant eatery steakhouse diner bistro brunch food_truck food_court fast_food fast_casual
        drive_thru takeout food_delivery michelin michelin_star menu menu_item value_meal happy_meal cocktail
        mocktail wine winery champagne prosecco beer craft_beer brewery whiskey whisky bourbon tequila mezcal
        vodka sake soju hard_seltzer alcohol_free nonalcoholic non_alcoholic bar_snack starbucks mcdonald's
        mcdonalds burger_king wendy's chick_fil_a chipotle taco_bell popeyes kfc shake_shack five_guys
        in_n_out dunkin krispy_kreme domino's pizza_hut papa_johns subway_sandwich sweetgreen panera
        panera_bread olive_garden applebee's chili's texas_roadhouse cracker_barrel ihop denny's waffle_house
        crumbl trader_joe's aldi whole_foods instacart doordash uber_eats grubhub coca_cola coke_zero pepsi
        pepsico dr_pepper sprite mountain_dew red_bull poppi olipop oreo doritos cheetos pringles frito_lay
        kit_kat reese's hershey cadbury nutella haribo ben_&_jerry's haagen_dazs kraft_heinz heinz kellogg
        general_mills nestle danone oatly beyond_meat impossible_foods culinary gastronomy tasting_menu
        food_hall foodies chicken_wings iced_tea green_tea french_fry pumpkin_pie apple_pie pie_shop gin_bar
        mochi kunafa knafeh tiramisu birria loaded_fries girl_dinner costco_food_court food_trend
    """,
    Category.FASHION: """
        fashion fashion_week fashionista runway catwalk couture haute_couture ready_to_wear outfit wardrobe
        apparel clothing clothes streetwear athleisure activewear sportswear sneaker sneakers trainers
        footwear shoe boot uggs loafer sandal flip_flop high_heels ballet_flat clogs crocs dress gown
        wedding_dress red_carpet_look skirt miniskirt blouse shirt t_shirt tee sweater cardigan hoodie
        sweatshirt jeans denim leggings yoga_pants trousers cargo_pants swimsuit bikini swimwear lingerie
        underwear bra pajamas socks jacket puffer puffer_jacket trench_coat fur_coat parka blazer tuxedo
        handbag purse tote tote_bag birkin birkin_bag backpack sunglasses eyewear jewelry jewellery necklace
        earrings bracelet engagement_ring watchmaker luxury_watch rolex cartier tiffany tiffany_&_co bulgari
        chanel hermes hermès louis_vuitton lvmh kering gucci prada dior celine bottega_veneta balenciaga
        burberry fendi loewe miu_miu moncler versace valentino armani ralph_lauren tommy_hilfiger calvin_klein
        michael_kors kate_spade nike air_jordan jordans adidas new_balance asics hoka on_running puma reebok
        converse skechers lululemon alo_yoga vuori gymshark skims spanx victoria's_secret savage_x_fenty
        levi's levis american_eagle abercrombie abercrombie_&_fitch hollister old_navy gap_inc banana_republic
        j_crew zara h&m uniqlo shein primark asos boohoo forever_21 urban_outfitters anthropologie patagonia
        north_face the_north_face arc'teryx carhartt canada_goose thrifting thrift_store vintage_clothing
        resale_fashion depop poshmark vinted the_realreal stockx rental_fashion quiet_luxury old_money_style
        gorpcore balletcore cottagecore streetwear_brand supermodel fashion_designer stylist best_dressed
        met_gala vogue knitwear tailoring menswear womenswear loungewear fast_fashion on_cloud barn_jacket
        jelly_shoes bag_charm sneakerhead lookbook
    """,
    Category.BEAUTY: """
        beauty skincare skin_care makeup cosmetics cosmetic lipstick lip_gloss lip_balm lip_oil mascara
        eyeliner eyeshadow blush bronzer concealer nail_polish manicure pedicure nail_art press_on_nails
        perfume fragrance cologne deodorant shampoo conditioner hair_care haircare hairstyle haircut
        hairdresser hair_dye hair_color blowout salon hair_salon bob_haircut hair_extensions dyson_airwrap
        airwrap hair_dryer sunscreen spf moisturizer retinol retinoid niacinamide hyaluronic_acid collagen
        vitamin_c_serum sheet_mask cleanser toner exfoliant snail_mucin k_beauty kbeauty korean_skincare
        glass_skin clean_girl anti_aging wrinkle botox lip_filler facelift cosmetic_surgery plastic_surgery
        med_spa medspa facial lash_extensions eyelash eyebrow microblading tanning self_tanner sephora ulta
        ulta_beauty l'oreal l'oréal estee_lauder estée_lauder mac_cosmetics maybelline nyx e.l.f. elf_beauty
        rare_beauty fenty_beauty rhode_skin rhode kylie_cosmetics glossier drunk_elephant cerave neutrogena
        nivea clinique lancome tatcha glow_recipe cosrx laneige beauty_of_joseon medicube anua sol_de_janeiro
        bath_&_body_works jo_malone le_labo beautician makeup_artist beauty_influencer beauty_brand
        get_ready_with_me grwm body_mist perfume_dupe skincare_routine lip_liner lip_stain peptide_serum
        day_spa
    """,
    Category.TECH: """
        smartphone iphone iphone_air iphone_pro ipad macbook macbook_air macbook_pro imac mac_mini airpods
        apple_watch vision_pro homepod apple_tv airtag carplay ios ipados macos watchos siri app_store
        apple_intelligence galaxy_s galaxy_z galaxy_watch galaxy_buds galaxy_ring galaxy_tab galaxy_unpacked
        one_ui foldable foldables flip_phone pixel_phone pixel_watch pixel_buds google_pixel pixel android
        wear_os chromebook chrome chrome_browser gmail google_maps google_photos google_search gemini
        nothing_phone oneplus xiaomi motorola_razr razr laptop gaming_laptop desktop_pc tablet e_reader kindle
        kindle_scribe ereader smartwatch fitness_tracker fitbit garmin oura oura_ring whoop smart_ring
        wearable wearables smart_glasses ray_ban_meta ai_glasses vr_headset meta_quest quest_3 headset
        headphone earbuds wireless_earbuds earphones bluetooth_speaker soundbar sonos bose smart_speaker
        echo_dot alexa ring_doorbell smart_home video_doorbell oled_tv smart_tv roku fire_tv chromecast
        google_tv gaming_monitor mechanical_keyboard graphics_card rtx geforce ssd wi_fi power_bank usb_c
        magsafe gopro action_camera mirrorless digital_camera polaroid fujifilm leica dji gadget gizmo
        consumer_electronics unboxing hands_on leaked_renders wallpaper beta_update software_update windows_11
        windows copilot whatsapp instagram snapchat discord messaging_app dating_app tinder bluesky chatgpt
        gpt_5 perplexity grok ai_companion ai_assistant ai_chatbot ai_browser nano_banana deepseek_app
        spotify_app venmo apple_pay google_pay electric_vehicle ev evs hybrid_car plug_in_hybrid tesla_model
        model_y model_3 cybertruck rivian lucid_motors polestar f_150 jeep_wrangler toyota_rav4 prius
        honda_civic pickup_truck suv minivan sedan supercar ferrari lamborghini porsche bmw mercedes_benz audi
        volvo_car e_bike electric_bike scooter robotaxi waymo self_driving_car used_car car_buyers CES
        instant_camera point_and_shoot threads_app claude_app sora_app chatgpt_app usb_c_charger wi_fi_router
        galaxy galaxy_s26 galaxy_s25 z_fold z_flip trifold iphone_17 iphone_18 pixel_10 pixel_11 firmware
        foldable_phone ai_slop
    """,
    Category.TRAVEL: """
        travel traveler traveller travelers tourism tourist vacation getaway staycation honeymoon holidaymaker
        itinerary sightseeing road_trip bucket_list backpacking solo_travel travel_destination airfare
        flight_deals frequent_flyer air_miles airport_lounge carry_on luggage suitcase travel_insurance
        travel_hack business_class first_class_cabin boarding_pass budget_airline low_cost_airline hotel
        boutique_hotel resort all_inclusive hostel airbnb vrbo booking.com expedia tripadvisor marriott hilton
        hyatt four_seasons ritz_carlton cruise cruise_ship carnival_cruise royal_caribbean beach_resort
        beach_town island_getaway ski_resort ski_season national_park campground camping glamping campervan
        hiking hiker safari theme_park amusement_park disneyland disney_world universal_studios epic_universe
        six_flags legoland roller_coaster water_park zoo aquarium hot_spring onsen overtourism digital_nomad
        eurail train_travel sleeper_train scenic_train christmas_market cherry_blossom fall_foliage
        northern_lights eclipse_chasers thanksgiving_travel holiday_travel spring_break summer_travel
        labor_day_travel lonely_planet conde_nast_traveler condé_nast_traveler ryanair easyjet jetblue
        delta_sky_club tsa_precheck global_entry jet_lag tour_operator travel_agent tourist_tax tourist_visa
        world_heritage_site ski_trip travel_trend day_trip weekend_trip travel_guide hidden_gem
    """,
    Category.HOME: """
        furniture home_decor interior_design decor decorating sofa couch armchair mattress bedding pillow
        duvet blanket dining_table kitchen_gadget cookware frying_pan cast_iron tumbler stanley_tumbler
        stanley_cups owala water_bottle mug tableware glassware houseplant gardening garden_tools lawn_mower
        patio backyard air_fryer instant_pot microwave_oven dishwasher refrigerator washing_machine
        vacuum_cleaner robot_vacuum roomba dyson air_purifier humidifier dehumidifier air_conditioner
        space_heater heat_pump espresso_machine blender kitchenaid ninja_creami ikea wayfair west_elm
        crate_&_barrel home_depot lowe's container_store bed_bath_&_beyond tupperware declutter decluttering
        home_organization tidying marie_kondo home_renovation remodel diy_project tiny_home pet_food puppy
        kitten pet_owner dog_breed petco petsmart baby_formula stroller diaper baby_shower baby_names
        parenting toy toys lego barbie hot_wheels labubu pop_mart funko squishmallow jellycat plush
        collectible trading_cards pokemon_cards board_game puzzle crochet knitting crafts scrapbooking
        stationery halloween_costume halloween_candy halloween_decor christmas_tree christmas_gift gift_guide
        holiday_gift stocking_stuffer valentine's_day_gift mother's_day_gift black_friday cyber_monday
        prime_day amazon_prime_day holiday_shopping holiday_sales back_to_school_shopping walmart walmart+
        costco kirkland sam's_club kohl's macy's nordstrom bloomingdale's saks marshalls tj_maxx homegoods
        dollar_tree dollar_general five_below etsy temu aliexpress ebay shopping_mall department_store
        pop_up_store secondhand thrift wedding_registry bridal laundry_detergent cleaning_hack toilet_paper
        household_goods pet_parent dog_owner cat_owner scented_candle area_rug yeti retail_therapy blind_box
    """,
    Category.ENTERTAINMENT: """
        movie film box_office trailer teaser sequel prequel blockbuster film_festival cannes sundance oscar
        oscars academy_awards golden_globes emmy emmys grammy grammys tony_awards bafta vmas actor actress
        movie_star filmmaker film_director screenwriter hollywood bollywood netflix disney+ disney_plus hulu
        hbo hbo_max max_streaming paramount+ peacock prime_video apple_tv+ crunchyroll streaming_service
        streaming_show tv_show tv_series sitcom season_finale series_finale season_premiere showrunner
        reality_tv reality_show bachelorette love_island the_bachelor real_housewives dancing_with_the_stars
        american_idol the_voice saturday_night_live snl late_night_show stranger_things squid_game bridgerton
        the_white_lotus white_lotus game_of_thrones house_of_the_dragon the_last_of_us star_wars mandalorian
        marvel mcu avengers spider_man superman batman dc_studios pixar disney_movie jurassic harry_potter
        lord_of_the_rings anime manga demon_slayer studio_ghibli kpop_demon_hunters k_pop kpop k_drama kdrama
        bts blackpink stray_kids newjeans album debut_album new_single hit_single music_video billboard
        hot_100 spotify spotify_wrapped apple_music world_tour tour_dates concert concertgoer music_festival
        coachella glastonbury lollapalooza super_bowl_halftime halftime_show rapper hip_hop pop_star singer
        songwriter band_reunion taylor_swift swifties beyonce beyoncé kendrick_lamar bad_bunny
        sabrina_carpenter billie_eilish olivia_rodrigo ariana_grande lady_gaga dua_lipa harry_styles rihanna
        ed_sheeran broadway musical theater_review opera ballet art_exhibition museum gallery_show louvre
        bestseller booktok romantasy comedian stand_up_comedy celebrities kardashian kim_kardashian influencer
        youtuber mrbeast twitch streamer content_creator viral_video video_game video_games gamer gaming
        game_trailer gameplay nintendo nintendo_switch switch_2 nintendo_direct mario_kart zelda metroid
        pokemon pokémon animal_crossing playstation ps5 ps_plus xbox xbox_game_pass game_pass steam_deck
        steam_machine esports call_of_duty fortnite minecraft roblox grand_theft_auto gta_6 gta_vi
        elder_scrolls final_fantasy resident_evil silksong hollow_knight borderlands assassin's_creed
        league_of_legends overwatch elden_ring baldur's_gate dlc dungeons_&_dragons state_of_play
        fantastic_four k_pop_group girl_group boy_band film_review tv_review book_review album_review novelist
    """,
    Category.MONEY: """
        stocks stock_market shareholder dow nasdaq s&p_500 s&p wall_street wall_st futures bull_market
        bear_market selloff sell_off dividend buyback ipo listing merger acquisition takeover buyout
        private_equity hedge_fund venture_capital startup funding_round valuation earnings quarterly_results
        profit guidance_cut bond bonds treasury treasuries yield yields interest_rate interest_rates rate_cut
        rate_cuts rate_hike fed federal_reserve powell central_bank ecb boj bank_of_england inflation cpi
        consumer_prices deflation recession gdp economy economic economist jobs_report payrolls unemployment
        jobless_claims labor_market layoff layoffs hiring wage wages minimum_wage union_contract bank banks
        banking jpmorgan goldman_sachs morgan_stanley citigroup wells_fargo blackrock berkshire_hathaway
        warren_buffett investor investors investment trader trading crypto cryptocurrency bitcoin ethereum
        stablecoin coinbase binance tax taxes tax_refund irs mortgage mortgage_rates housing_market
        home_prices home_sales real_estate realtor landlord student_loan student_loans credit_card_debt
        credit_score 401(k) 401k retirement pension social_security_check savings_account insurance_premium
        oil_prices crude crude_oil opec gas_prices natural_gas gold_price silver_price copper commodities
        currency yen euro renminbi pound_sterling bankruptcy chapter_11 ceo chief_executive cfo
        board_of_directors antitrust supply_chain manufacturing factory semiconductor chipmaker ai_chip
        ai_chips data_center data_centers data_centre data_centres nvidia tsmc intel amd broadcom qualcomm
        micron palantir softbank ai_bubble capex hyperscaler cloud_deal billionaire trillion budget_deficit
        national_debt debt_ceiling credit_rating moody's analyst analysts market_wrap markets_wrap
        price_target etf etfs mutual_fund asset_manager lender price_hike cost_of_living affordability
    """,
    Category.HEALTH: """
        health healthcare health_care disease cancer breast_cancer tumor diabetes heart_disease heart_attack
        stroke hypertension blood_pressure cholesterol obesity weight_loss weight_loss_drug weight_loss_pill
        glp_1 ozempic wegovy zepbound mounjaro alzheimer's dementia parkinson's autism adhd depression anxiety
        mental_health therapy therapist suicide_prevention insomnia sleep_study longevity supplement
        supplements vitamin multivitamin creatine probiotic gut_health microbiome vaccine vaccines vaccination
        measles flu flu_season influenza covid covid_19 pandemic outbreak virus norovirus bird_flu h5n1 polio
        cholera ebola mpox tuberculosis infection bacteria salmonella listeria e._coli food_poisoning hospital
        emergency_room doctor physician nurse surgeon surgery patient medicine medical medication drugmaker
        pharma pharmaceutical pfizer moderna eli_lilly novo_nordisk merck astrazeneca fda cdc nih rfk_jr acip
        clinical_trial gene_therapy gene_editing antidepressant opioid fentanyl_overdose overdose tylenol
        acetaminophen ibuprofen antibiotic pregnancy pregnant abortion_pill ivf fertility birth_control
        menopause testosterone medicaid medicare obamacare aca_subsidies health_insurance insurer dental
        dentist aging_study brain_study neurologist dermatologist cardiologist nutritionist dietitian
        ultraprocessed ultra_processed microplastics life_expectancy wellness fitness_study workout
    """,
    Category.POLITICS: """
        trump president white_house biden harris vance jd_vance rubio hegseth bondi patel musk_doge doge
        congress senate senator senators speaker_johnson republican republicans democrat democrats gop dem
        dems lawmaker lawmakers congressman congresswoman rep. governor mayor mamdani newsom hochul pritzker
        abbott desantis cuomo election elections midterm midterms primary_election ballot voter voters voting
        poll polls polling campaign redistricting gerrymander gerrymandering supreme_court scotus
        federal_judge judge appeals_court ruling lawsuit indictment indicted prosecutor prosecutors
        attorney_general grand_jury justice_department doj fbi cia epstein ghislaine_maxwell impeachment
        impeach pardon executive_order legislation filibuster shutdown government_shutdown spending_bill veto
        constitution national_guard immigration immigrant immigrants migrants migrant deportation deported
        ice_agents ice_raid border_patrol border asylum visa h_1b refugee homeland_security dhs pentagon
        military army navy air_force troops airstrike airstrikes missile missiles drone_strike nuclear_weapons
        united_nations un_security_council diplomat diplomacy ambassador state_department foreign_minister
        prime_minister parliament chancellor minister cabinet tariff tariffs trade_war trade_deal trade_talks
        sanction sanctions embargo export_controls ceasefire peace_plan peace_talks peace_deal hostage
        hostages gaza israel israeli hamas hezbollah netanyahu palestinian palestinians west_bank iran iranian
        tehran ukraine ukrainian zelensky zelenskyy russia russian putin kremlin moscow beijing xi_jinping
        taiwan north_korea kim_jong_un venezuela maduro greenland syria sudan yemen houthi houthis lebanon
        macron starmer merz carney modi's erdogan farage labour tory tories reform_uk brexit eu_commission
        european_union protest protests protester protesters no_kings antifa far_right far_left charlie_kirk
        kirk turning_point abortion gun_control death_penalty civil_rights voting_rights free_speech fcc_chair
        federal_workers usaid dei book_ban first_amendment national_security intelligence_community
        classified_documents war_powers insurrection jan._6 capitol ICE ICE_agent
    """,
    Category.ACCIDENTS: """
        crash crashed crashes plane_crash car_crash bus_crash train_crash collision derailment derailed
        helicopter_crash shipwreck capsized explosion blast wildfire wildfires blaze evacuate evacuated
        evacuation collapse collapsed landslide mudslide avalanche earthquake aftershock tsunami volcano
        eruption hurricane tropical_storm typhoon cyclone tornado flood floods flooding flash_flood storm
        winter_storm snowstorm blizzard nor'easter heat_wave heat_dome drought severe_weather weather_service
        killed dies died death deaths death_toll fatal fatally injured injures injuries missing
        search_and_rescue rescuer rescued survivor survivors victim victims shooting shooter mass_shooting
        gunman gunfire shot_dead stabbing stabbed stabs murder murdered homicide manslaughter killing killer
        suspect suspects arrest arrested police sheriff detective manhunt kidnapped kidnapping abducted
        assault sexual_assault rape abuse trafficking robbery heist burglary theft fraud scam scammer ponzi
        cyberattack hack hacked hackers data_breach ransomware outage power_outage blackout recall recalled
        contamination drowned drowning shark_attack bear_attack lightning_strike carbon_monoxide gas_leak
        poisoning memorial vigil funeral obituary autopsy medical_examiner inmate prison_escape sentenced
        convicted guilty pleads_guilty trial verdict kill
    """,
    Category.SPORT: """
        nfl nba mlb nhl wnba mls ncaa fifa uefa espn super_bowl world_series world_cup stanley_cup playoffs
        playoff postseason preseason quarterback touchdown linebacker running_back wide_receiver head_coach
        offseason free_agency trade_deadline draft_pick nfl_draft fantasy_football power_rankings
        injury_report game_recap box_score overtime_win halftime_score home_run pitcher shortstop inning
        innings dodgers yankees mets red_sox cubs blue_jays phillies mariners padres chiefs packers steelers
        49ers seahawks broncos raiders vikings buccaneers colts bengals titans_game jaguars lakers celtics
        knicks bucks timberwolves clippers caitlin_clark lebron lebron_james steph_curry shohei_ohtani ohtani
        aaron_judge patrick_mahomes travis_kelce soccer football_club premier_league champions_league la_liga
        bundesliga serie_a manchester_united manchester_city liverpool_fc arsenal chelsea_fc tottenham
        real_madrid messi ronaldo lionel_messi goalkeeper striker midfielder tennis wimbledon us_open_tennis
        french_open australian_open djokovic alcaraz sabalenka swiatek golf pga pga_tour ryder_cup
        masters_tournament tiger_woods scheffler mcilroy boxing ufc mma heavyweight wwe wrestlemania formula_1
        f1 grand_prix verstappen nascar indycar olympics olympic winter_olympics olympian gymnast
        marathon_runner sprinter track_and_field figure_skating ice_hockey college_football college_basketball
        march_madness cricket test_match rugby six_nations tour_de_france athlete athletes sports sport
        tournament championship semifinal semifinals quarterfinal medal gold_medal referee umpire roster
        pickleball football_coach
    """,
}

EN_LEANING: Mapping[Category, str] = {
    Category.FOOD: """
        eat eating eats drink drinks drinking dinner lunch breakfast meal flavor flavour taste tasty delicious
        spicy spice sweet kitchen chain_restaurant dish dishes chicken beef pork meat fish rice corn sugar
        salt bean beans nut nuts tomato potato onion garlic mushroom beverage alcohol diet protein
        kitchen_staple bar pub pubs dining appetite cuisine tea pie tart gin fries wings
    """,
    Category.FASHION: """
        style trendy designer luxury collection leather silk cotton wool scarf glove red_carpet textile collab
        collaboration gap coach vans shorts tapestry
    """,
    Category.BEAUTY: """
        skin hair nails lips glow scent face_cream lotion soap bath tattoo piercing facial_mask dove
        natural_look serum spa barber wig
    """,
    Category.TECH: """
        apple google samsung microsoft meta sony phone app apps device devices feature software hardware
        browser ai_app ai artificial_intelligence chatbot openai anthropic social_media tiktok youtube
        facebook reddit tvs display tech robot humanoid drone tesla ford toyota honda hyundai kia byd
        volkswagen nissan car cars vehicle automaker truck leaked rumor specs review hands-on upgrade update
        preorder pre_order privacy password subscription pc linux camera monitor router charger gemini sora
        claude leaks threads
    """,
    Category.TRAVEL: """
        trip trips holiday holidays flight flights airline airlines airport airports united_airlines
        american_airlines beach island lake mountain ski festival visitor visitors cabin train trains rail
        ferry passport tour sunset bali RV landmark destination
    """,
    Category.HOME: """
        kitchen_table bedroom bathroom garden cleaning laundry storage gift gifts shopping shopper shoppers
        retail retailer retailers discount sale coupon amazon christmas halloween thanksgiving valentine's_day
        mother's_day easter wedding weddings bride baby babies target resale dog cat pet lamp candle curtain
        rug grill mixer homeware household
    """,
    Category.ENTERTAINMENT: """
        series season episode finale premiere streaming star stars fan fans music song songs tour ticket
        tickets ticketmaster live_nation stage theater theatre drama comedy thriller horror romance book books
        writer artist artists dance dancing award awards nominee nominees director studio disney warner_bros
        paramount game games character franchise remake reboot spinoff soundtrack royal royals prince_harry
        meghan_markle author memoir novel meme celebrity drake adele steam mario fallout
    """,
    Category.MONEY: """
        market markets price prices cost costs billion million business businesses company companies firm
        firms industry industrial corporate sales demand supply spending debt loan loans lending credit budget
        fund funds asset assets wealth rich money cash pay salary job jobs worker workers employee employees
        boss executive chips chip stake bid surge slump outlook forecast export exports import imports oil
        grid utility rent rents ai artificial_intelligence openai anthropic claude software robot humanoid
        automaker volkswagen nissan hyundai
    """,
    Category.HEALTH: """
    study drug drugs treatment symptom symptoms risk_factor brain heart blood lung liver kidney sick illness sleep
    stress exercise walking weight care clinic aging risk researchers scientists insurance
    """,
    Category.POLITICS: """
        u.s. china chinese eu uk britain british germany france india iraq afghanistan pakistan mexico canada
        colombia brazil korea government federal state law laws policy plan official officials administration
        minister's secretary leader leaders talks summit ban bans rules rule regulation regulator regulators
        agency officials_say critics war peace security threat threatens opinion column analysis conservative
        liberal politics political democracy rights party memo testimony hearing inquiry probe investigation
        sues sued suing US investigating investigate investigates probes
    """,
    Category.ACCIDENTS: """
        weather emergency danger dangerous rescue attack attacked violence violent crime criminal jail prison
        charged charges accused gun weapon knife bomb threat hoax warning alert risk_of_flooding investigation
        police_say heatwave stranded grounded grounds halted canceled cancelled cancellations delays
        disruption disrupted
    """,
    Category.SPORT: """
        game match scores win won beats beat loss defeat victory team teams player players season league title
        champion champions goal goals racing injury betting bet predictions picks football basketball baseball
        hockey marathon yoga pilates gym stadium coach finals eagles cowboys kickoff lineup patriots
    """,
}

EN_BUYING = """
sold_out sells_out selling_out sell_out restock restocked viral went_viral tiktok_viral craze obsessed
obsession trending trendy must_have must_haves shoppers shopper buyers bought consumers waitlist preorder
pre_order preorders limited_edition limited_time new_flavor new_flavors new_menu pop_up gen_z millennials
gen_alpha influencer influencers best_selling bestselling everyone_is where_to_buy how_to_watch worth_it
hands_on on_sale black_friday cyber_monday prime_day gift_guide long_lines lines_around fans_line_up hype dupe
dupes secondhand popularity fad it_bag trend_report trending_on buy_now buying_frenzy snapped_up flying_off
frenzy crave craving cult_favorite cult_following mania
"""

EN_NEITHER = """
food_stamp food_stamps food_aid food_crisis food_insecurity food_bank travel_ban travel_bans space_travel
time_travel game_changer end_game blame_game movie_plot fire_sale housing_stock laughing_stock rolling_stock
in_stock out_of_stock stock_up file_cabinet kitchen_cabinet kitchen_cabinets crash_course trial_run free_trial
state_of_the_art gift_link dog_days cat_and_mouse toy_story bank_holiday power_rankings_week star_tribune
morning_star north_star south_china_sea apple_daily new_york_times_cooking oil_tanker oil_tankers
cosmetic_change fashion_sense cookie_policy pie_chart tea_party coffee_table boot_camp bikini_atoll
budget_airline_pilot chip_war chip_wars book_bans bitcoin_miner euro_2028
"""
