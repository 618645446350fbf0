import { startsOf, searchKernel } from '../../services/availability/src/solver/kernel.ts';
import { openStarts, compileSite, applyClaim, removeClaim } from '../../services/availability/src/solver/compile-site.ts';
import { findBookableDates } from '../../services/availability/src/solver/offering-dates.ts';
import { findSlots } from '../../services/availability/src/solver/find-slots.ts';
import { weekdays, startOfDay } from '../../services/runtime/src/time/zone.ts';
const zone='Europe/London'; const base=startOfDay('2026-06-01',zone);
let seed=1; const rnd=()=>{seed=(seed*1103515245+12345)&0x7fffffff; return seed/0x7fffffff;};
const practitioners=Array.from({length:200},(_,i)=>({id:'p'+i,name:'P'+i,canOfferTags:[],customAvailability:[],restrictions:[],rotas:[{startDate:null,endDate:null,weekIntervalWeeks:2,rules:weekdays.flatMap((weekday,d)=>[1,2].flatMap(weekNum=>(d+i+weekNum)%3?[{weekday,weekNum,timeFrom:'09:00',timeTo:'17:30'}]:[]))}]}));
const rooms=Array.from({length:50},(_,i)=>({id:'r'+i,name:'R'+i,capacity:1+i%2,suitableForTags:[],availabilityRules:[]}));
const claims:any[]=[]; let n=0;
for(const r of [...practitioners,...rooms]) for(let d=0;d<366;d++) for(let k=0;k<4;k++){ const from=base+d*86400000+(9*60+Math.floor(rnd()*100)*5)*60000; claims.push({id:'c'+n++,resourceId:r.id,unit:0,fromMs:from,toMs:from+75*60000,expiresAtMs:null,kind:'booking',bookingId:'b'+n,itemId:'i'+n,orderId:'o'+n,appointmentTypeId:'t',durationMinutes:60}); }
const type=(id:string,np:number,nr:number,extra={})=>({id,name:'T',durationsMinutes:[30,60,90],startTimeIntervalMinutes:15,endBufferMinutes:15,minGuests:1,maxGuests:4,practitionerIds:practitioners.slice(0,np).map(p=>p.id),roomIds:rooms.slice(0,nr).map(p=>p.id),equipmentIds:[],tagIds:[],categoryIds:[],practitionersPerGuest:1,allocateMultiCapacityRooms:false,minAdvance:'PT2H',maxAdvance:'P6M',availabilityRules:[],priceRules:[{dateFrom:null,dateTo:null,weekdays:[],timeFrom:null,timeTo:null,durationMinutes:60,amountMinor:5000,createdAtMs:0},{dateFrom:null,dateTo:null,weekdays:[],timeFrom:null,timeTo:null,durationMinutes:null,amountMinor:5000,createdAtMs:0}],membersOnly:false,permittedMembershipTypeIds:[],membershipBookingWindowsEnabled:false,membershipBookingWindows:[],...extra});
const model:any={id:'s',zone,openingHours:weekdays.map(weekday=>({weekday,timeFrom:'08:00',timeTo:'22:00'})),openingExceptions:[],practitioners,rooms,equipment:[],appointmentTypes:[type('all',200,50),type('t',12,8),type('nobuf',200,50,{endBufferMinutes:0})],claims};
let t=performance.now(); const site=compileSite(model,'2026-06-01',366); console.log('compile ms',performance.now()-t, claims.length,'claims');
const bench=(name:string,f:()=>void,reps=300)=>{ for(let i=0;i<30;i++) f(); const xs:number[]=[]; for(let i=0;i<reps;i++){const a=performance.now(); f(); xs.push(performance.now()-a);} xs.sort((a,b)=>a-b); console.log(name.padEnd(40),'p50',xs[reps>>1].toFixed(4),'p99',xs[Math.floor(reps*.99)].toFixed(4),'min',xs[0].toFixed(4)); };
const P=[...site.practitioners.values()],R=[...site.rooms.values()]; const w=Math.ceil(31*288/32);
for (const W of [0,1]) for (const [D,B] of [[12,0],[12,3],[18,3],[40,3]]){ const shape={durationBuckets:D,bufferBuckets:B};
 const demands=[{lanes:P.map(p=>({work:p.work,busy:p.claimed.any})),atLeast:1,shape,within:W?openStarts(site,D):undefined},{lanes:R.map(p=>({work:p.work,busy:p.claimed.any})),atLeast:1,shape,within:W?openStarts(site,D):undefined}];
 bench(`cold kernel W${W} D${D} B${B}`,()=>{searchKernel(demands,0,w)});
 demands[0].atLeast=2; bench(`cold kernel W${W} n=2 D${D} B${B}`,()=>{searchKernel(demands,0,w)}); }
let sink=0; bench('one plain pass',()=>{ let x=0; for(const r of [...P,...R]) for(let i=0;i<w;i++) x|=r.work[i]&~r.claimed.any[i]; sink^=x; });
const q=(appointmentTypeId:string,dateTo:string,extra={})=>({appointmentTypeId,dateFrom:'2026-06-01',dateTo,nowMs:base,durationMinutes:60,guests:1,memberships:[],...extra});
for (const id of ['all','t']) {
 bench(`dates 31d ${id} warm`,()=>{findBookableDates(site,q(id,'2026-07-01'))});
 bench(`dates 31d ${id} cold`,()=>{site.caches.groups.clear(); findBookableDates(site,q(id,'2026-07-01'))});
 bench(`dates 31d ${id} exclude`,()=>{findBookableDates(site,q(id,'2026-07-01',{excludeOrderIds:['o5']}))},50);
 bench(`dates 366d ${id} warm`,()=>{findBookableDates(site,q(id,'2027-06-01'))});
 bench(`slots 1d ${id}`,()=>{findSlots(site,q(id,'2026-06-01'))});
 bench(`slots 31d ${id}`,()=>{findSlots(site,q(id,'2026-07-01'))},50);
}
bench('claim+dates 31d all',()=>{ applyClaim(site,{...claims[0],id:'x'}); findBookableDates(site,q('all','2026-07-01')); removeClaim(site,'x')});
